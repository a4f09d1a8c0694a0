"""Connections that only reach public addresses.

The address of an organisation is Salesforce's word, and no proxy of ours stands before this SDK. The address that was
really reached is checked, before anything is said to it: a name that resolves otherwise the second time helps nobody.
"""

from ipaddress import ip_address
from socket import socket

from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from connectors.base.addresses import is_public
from connectors.base.errors import RequestRejected


class _PublicConnection(HTTPSConnection):
    def _new_conn(self) -> socket:
        reached = super()._new_conn()
        host = str(reached.getpeername()[0]).split("%")[0]
        if is_public(ip_address(host)):
            return reached
        reached.close()
        raise RequestRejected(
            "Salesforce named an address inside a private network, which is not called", code="instance_url"
        )


class PublicPool(HTTPSConnectionPool):
    """A pool of such connections; behind a proxy of the operator's, the proxy decides instead."""

    ConnectionCls = _PublicConnection
