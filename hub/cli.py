"""The `hub` command. Imports happen inside the commands: `hub analyse` loads neither the web nor the engine."""

import importlib
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hub.runtime import Runtime

app = typer.Typer(name="hub", help="EchoDepth Hub: recorded calls in, explained signals in the CRM out.",
                  no_args_is_help=True, pretty_exceptions_enable=False)  # fmt: skip


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; HUB_HOST when not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; HUB_PORT when not given.")] = None,
) -> None:
    """Run the web and the engine in one process."""
    from hub import serve as serving
    from hub.engine.lock import StoreInUse

    try:
        serving.serve(_runtime(host=host, port=port))
    except StoreInUse as error:
        _refuse(str(error))


@app.command()
def worker() -> None:
    """Run the engine alone, beside a `hub serve` on the same PostgreSQL database."""
    import asyncio

    from hub import worker as working
    from hub.engine.lock import StoreInUse

    try:
        asyncio.run(working.run(_runtime()))
    except StoreInUse as error:
        _refuse(str(error))


def _runtime(**overrides: Any) -> "Runtime":
    import os

    from hub import runtime
    from hub.kit import logging
    from hub.settings import Settings

    os.umask(0o077)  # everything the hub writes is its own
    settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
    logging.configure(settings.log_format)
    return runtime.build(settings)


def _refuse(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code=1)


def _add_analyse() -> None:
    if "analyse" in sys.argv[1:2] or "--help" in sys.argv[1:2] or len(sys.argv) == 1:
        command = importlib.import_module("hub.analysis.command")
        app.command(name="analyse")(command.analyse)


def main() -> None:
    """Entry point of the `hub` command."""
    _add_analyse()
    app()


if __name__ == "__main__":
    main()
