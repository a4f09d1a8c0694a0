"""Mistakes in the hub's settings, told in a line each: by the variable's name, never by its value."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import OperationalError

from connectors import registry
from connectors.base.manifest import ManifestError
from hub.kit.crypto import MasterKeyInvalid
from hub.runtime import DataFolderUnusable
from hub.settings import OAuthApp, Settings, Tracing

PREFIX: Final = "HUB_"
_ELSEWHERE: Final = frozenset({"HUB_REPLAY_SECRET"})
"""Read by a command instead of the settings."""
_NESTED: Final[Mapping[str, type[BaseModel]]] = {"TRACING": Tracing}


def explained(error: Exception) -> list[str]:
    """What to put right, in lines for the operator; none when the settings are not to blame."""
    match error:
        case ValidationError() if error.title == Settings.__name__:
            return [f"{_variable(each['loc'])}: {_said(each['msg'])}" for each in error.errors(include_input=False)]
        case SettingsError():
            return [f"A setting can't be read: {error}"]
        case MasterKeyInvalid() | ManifestError() | DataFolderUnusable():
            return [str(error)]
        case OperationalError() if error.statement is None:  # it failed before anything was asked
            return [f"The database can't be reached, see HUB_DATABASE_URL: {_reason(error)}"]
    return []


def unknown_variables(given: Iterable[str]) -> list[str]:
    """A line for each variable that looks like a setting of the hub and is none."""
    known = _known()
    unknown = sorted(name for name in map(str.upper, given) if name.startswith(PREFIX) and name not in known)
    return [f"{name} is no setting of the hub and changes nothing.{_meant(name, known)}" for name in unknown]


def _known() -> set[str]:
    fields = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    inner = {f"{PREFIX}{name}__{each}".upper() for name, model in _NESTED.items() for each in model.model_fields}
    return fields | inner | set(_of_apps()) | _ELSEWHERE


def _of_apps() -> Iterator[str]:
    for manifest in registry.all_manifests():
        app = f"{PREFIX}OAUTH_APPS__{manifest.id}".upper()
        yield app
        yield from (f"{app}__{name}".upper() for name in OAuthApp.model_fields)
        yield from (f"{app}__HOSTS__{name}".upper() for name in manifest.hosts)


def _meant(name: str, known: set[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.85)
    return f" Did you mean {close[0]}?" if close else ""


def _variable(place: tuple[int | str, ...]) -> str:
    return PREFIX + "__".join(map(str, place)).upper()


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def _reason(error: OperationalError) -> str:
    """The end of the driver's first line: what comes before it repeats the address."""
    first = (str(error.orig).splitlines() or [""])[0]
    return first.rpartition(": ")[2] or type(error).__name__
