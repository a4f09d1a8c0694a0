"""`hub connector`: what support and whoever writes a connector need on the command line."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from hub.connections.kinds import Kind

if TYPE_CHECKING:
    from hub.connections.checking import Checked

connector = typer.Typer(help="Try, check and begin connectors to providers.", no_args_is_help=True)

UNUSABLE: Final = 2
"""Exit status where the question itself cannot be answered."""


@connector.command()
def replay(
    provider: Annotated[str, typer.Argument(help="A provider's id, or another name of it.")],
    file: Annotated[Path, typer.Argument(help="The recorded call: a JSON object with status, headers and body.")],
    secret: Annotated[
        str,
        typer.Option(envvar="HUB_REPLAY_SECRET", help="Webhook secret to judge requests by; the hub's own if empty."),
    ] = "",
    at: Annotated[
        datetime | None, typer.Option(help="Judge as at this moment (UTC): signatures of old requests are stale today.")
    ] = None,
) -> None:
    """Show as JSON what a connector makes of one recorded call, and what the hub would do next.

    A file with `status` is an answer of the provider; without one, a request that it sent to us. Nothing is stored.

    Exit status 0: the call was replayed, and `outcome` says what came of it: events, ignored, response or error.
    Exit status 2: there is no such file or provider, or the file holds no recorded call.
    """
    from connectors.base.manifest import ManifestError
    from connectors.base.recorded import RecordedError
    from connectors.registry import UnknownProvider
    from hub.connections.replay.run import replay as run
    from hub.kit.clock import utc_now
    from hub.kit.logging import configure
    from hub.settings import Settings

    settings = Settings()
    configure(settings.log_format)
    now = at.replace(tzinfo=at.tzinfo or UTC) if at else utc_now()
    try:
        outcome = asyncio.run(run(settings, provider, file.read_bytes(), now, secret))
    except OSError as error:
        _unusable("FileNotReadable", f"{error.filename or file}: {error.strerror}")
    except (RecordedError, UnknownProvider, ManifestError) as error:
        _unusable(type(error).__name__, f"{file}: {error}" if isinstance(error, RecordedError) else str(error))
    _print(outcome.as_json())


@connector.command()
def check(
    which: Annotated[str, typer.Argument(help="A connection's id or a provider; every connection when left out.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")] = False,
) -> None:
    """Prove live connections with one cheap call each: account, scopes, age of the token, what to do where it fails.

    Exit status 0: all of them work. 1: some do not. 2: there are none like that.
    """
    from dataclasses import asdict

    from hub import runtime as runtimes
    from hub.connections.checking import check_all
    from hub.kit.logging import configure
    from hub.migrations.upgrade import upgrade
    from hub.settings import Settings

    runtime = runtimes.build(Settings())
    configure(runtime.settings.log_format)
    upgrade(runtime.database)
    found = asyncio.run(check_all(runtime, which))
    if as_json:
        _print([asdict(each) for each in found])
    else:
        typer.echo("\n\n".join(map(_told, found)) or _none_found(which), err=not found)
    raise typer.Exit(code=UNUSABLE if not found else int(not all(each.works for each in found)))


@connector.command()
def new(
    name: Annotated[str, typer.Argument(help="The provider's id: small letters, digits, underscores.")],
    category: Annotated[Kind, typer.Option(help="Gives recordings, takes results, or sends messages.")],
    folder: Annotated[Path | None, typer.Option(help="Where connectors lie; the hub's own folder if left out.")] = None,
) -> None:
    """Begin a connector: a folder with a manifest, code to fill in, and fixtures whose tests say what is left to do."""
    import connectors
    from hub.connections.scaffold import ScaffoldError, scaffold

    where = folder or Path(connectors.__path__[0])
    try:
        made = scaffold(name, category, where)
    except ScaffoldError as error:
        typer.echo(f"hub connector: {error}", err=True)
        raise typer.Exit(code=UNUSABLE) from error
    for path in made:
        typer.echo(str(path))
    typer.echo(f"\nSee what is left to do:\n  pytest tests/connectors -k {name}\n  docs/connect/new-provider.md")


def _none_found(which: str) -> str:
    if which:
        return f"There is no connection {which}."
    return "Nothing is connected yet: open Connections in the hub's console."


def _told(each: "Checked") -> str:
    """One connection in lines for people."""
    given = "" if each.token_age_s is None else f"given {_span(each.token_age_s)} ago, "
    ends = "at no known time" if each.token_ends_in_s is None else f"in {_span(each.token_ends_in_s)}"
    lines = [
        f"{each.provider}  {each.id}  {'works' if each.works else 'DOES NOT WORK'} ({each.state})",
        f"  account  {each.account or 'unknown'}",
        f"  scopes   {' '.join(each.scopes) or 'not told by the provider'}",
        f"  token    {given}ends {ends}",
        f"  missing  {' '.join(each.missing_scopes)}: connect again to grant them" if each.missing_scopes else "",
        f"  problem  {each.problem}\n  do       {each.advice}" if each.problem else "",
    ]
    return "\n".join(filter(None, lines))


def _span(seconds: float) -> str:
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _unusable(name: str, message: str) -> NoReturn:
    """Both for people and for programs: standard output always holds one JSON object."""
    typer.echo(f"hub connector: {message}", err=True)
    _print({"outcome": "error", "error": {"class": name, "message": message}, "next": None})
    raise typer.Exit(code=UNUSABLE)
