"""A CRM's errors for callers of ours: what they mean, and what can be done about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from connectors.base.errors import AuthorizationLost, ConnectorError, RateLimited, RequestRejected
from hub.connections.errors import ConnectionMissing
from hub.connections.service.access import APP_REFUSED
from hub.errors import Conflict, NotFound, Unavailable

_COME_BACK_S: Final = 30


@contextmanager
def told() -> Iterator[None]:
    """Raise `Conflict` for what a person has to put right, `Unavailable` for what passes, `NotFound` for no account."""
    try:
        yield
    except AuthorizationLost as error:
        if error.code == APP_REFUSED:
            raise Conflict(error.message) from error
        raise Conflict(f"The account has to be connected again: {error.message}") from error
    except RequestRejected as error:
        raise Conflict(error.message) from error
    except RateLimited as error:
        raise Unavailable(error.message, retry_after=round(error.retry_after or _COME_BACK_S)) from error
    except ConnectorError as error:
        raise Unavailable(error.message, retry_after=_COME_BACK_S) from error
    except ConnectionMissing as error:
        raise NotFound(str(error)) from error
