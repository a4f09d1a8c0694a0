"""Records of a CRM by name or address, for a person to choose from."""

from collections.abc import Sequence
from typing import Final

from connectors.base.records import RecordRef
from hub.connections.access import open_destination
from hub.crm.told import told
from hub.runtime import Runtime

_SHORTEST: Final = 2
_LONGEST: Final = 80


async def search_records(runtime: Runtime, organisation_id: str, connection_id: str, text: str) -> Sequence[RecordRef]:
    """A few records of each type; none for less than two letters. Raises the errors of `hub.crm.told`."""
    wanted = " ".join(text.split())[:_LONGEST]
    if len(wanted) < _SHORTEST:
        return []
    with told():
        async with open_destination(runtime, organisation_id, connection_id) as crm:
            return await crm.search(wanted)
