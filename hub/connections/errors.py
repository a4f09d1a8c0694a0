"""What can go wrong with a connection, in words for the person who asked.

ConnectionsError
├── ConnectionMissing    no such connection in this organisation
├── NotConfigured        the operator has not registered an app at this provider
├── ConfigInvalid        an answer on the connect form has to change
├── RedirectInvalid      the browser came back with a state that is unknown, used, expired or somebody else's
└── ConnectFailed        the provider did not complete the authorisation; `reason` says why
    └── AccountTaken     the account is connected already: as somebody else, or with other access
"""


class ConnectionsError(Exception):
    """The message is for people."""


class ConnectionMissing(ConnectionsError):
    """The connection does not exist, or belongs to somebody else."""


class NotConfigured(ConnectionsError):
    """No client id is set for the provider."""


class ConfigInvalid(ConnectionsError):
    """An answer on the connect form cannot be used; the message names the field, `field` is its name on the form."""

    def __init__(self, message: str, *, field: str) -> None:
        super().__init__(message)
        self.field = field


class RedirectInvalid(ConnectionsError):
    """This return from a provider cannot be trusted."""


class ConnectFailed(ConnectionsError):
    """The provider did not complete the authorisation. `declined` means a person said no."""

    def __init__(self, message: str, *, declined: bool = False) -> None:
        super().__init__(message)
        self.declined = declined


class AccountTaken(ConnectFailed):
    """Keeping this access would silently end that of the connection `connection_id`."""

    def __init__(self, message: str, *, connection_id: str) -> None:
        super().__init__(message)
        self.connection_id = connection_id
