"""Ask a provider whether a connection still works."""

import asyncio

from connectors.base.records import Account
from hub.connections.access import open_connector
from hub.connections.repository import ConnectionRepository
from hub.connections.service.access import ConnectionKey
from hub.connections.service.refused import ask_again
from hub.runtime import Runtime


async def check_connection(runtime: Runtime, key: ConnectionKey) -> Account:
    """Prove access with the connector's cheap call, and note the time.

    Raises `ConnectionMissing` and the connector's errors; after `AuthorizationLost` the connection is in `reconnect`,
    or in `refused` as long as the provider refuses our app.
    """
    await ask_again(runtime, key)
    async with open_connector(runtime, key.organisation_id, key.connection_id) as connector:
        account = await connector.check()
    await asyncio.to_thread(_note, runtime, key, account)
    return account


def _note(runtime: Runtime, key: ConnectionKey, account: Account) -> None:
    with runtime.database.transaction() as session:
        connection = ConnectionRepository(session, key.organisation_id).get(key.connection_id)
        if connection is not None:
            connection.account_name = account.name
            connection.account = {**connection.account, **account.facts}
            connection.checked_at = runtime.clock()
