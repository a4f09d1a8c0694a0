"""`hub connector`: what support and whoever writes a connector need on the command line."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

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


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1))


def _unusable(name: str, message: str) -> NoReturn:
    """Both for people and for programs: standard output always holds one JSON object."""
    typer.echo(f"hub connector: {message}", err=True)
    _print({"outcome": "error", "error": {"class": name, "message": message}, "next": None})
    raise typer.Exit(code=UNUSABLE)
