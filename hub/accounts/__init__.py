"""Organisations, their members, console sessions, API keys and the audit trail."""
