"""What a CRM has to have before figures can be written: listed, or made."""

import asyncio
from collections.abc import Sequence

from connectors.base.records import Change, ChangeKind
from hub.accounts import audit
from hub.connections.access import open_destination
from hub.crm.service.mapping import crm_of
from hub.crm.told import told
from hub.runtime import Runtime


async def provision(
    runtime: Runtime, organisation_id: str, destination_id: str, *, actor: str, dry_run: bool
) -> Sequence[Change]:
    """Make, or only list, what the destination's mapping needs. Raises `NotFound` and the errors of `hub.crm.told`."""
    destination, connection = await asyncio.to_thread(crm_of, runtime, organisation_id, destination_id)
    with told():
        async with open_destination(runtime, organisation_id, connection.id) as crm:
            changes = await crm.provision(dry_run=dry_run, mapping=destination.mapping)
    if not dry_run:
        await asyncio.to_thread(_audit, runtime, organisation_id, destination_id, changes, actor)
    return changes


def _audit(runtime: Runtime, organisation_id: str, destination_id: str, changes: Sequence[Change], actor: str) -> None:
    made = [f"{each.what} {each.name}" for each in changes if each.kind in {ChangeKind.CREATE, ChangeKind.UPDATE}]
    with runtime.database.transaction() as session:
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor,
            action="destination.provisioned",
            subject=destination_id,
            details={"made": made},
            at=runtime.clock(),
        )
