"""The durable engine, DBOS Transact, behind a thin wall: nothing outside this package imports it.

Work is described by `enqueue.Work`, written in the same transaction as the rows it belongs to. Features declare
their workflows and steps with `durable.workflow` and `durable.step` and never see the engine itself.
"""
