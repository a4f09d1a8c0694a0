"""What the commands share. Imports happen inside the functions: `hub analyse` loads neither the web nor the engine."""

from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from hub.runtime import Runtime


def prepared() -> "Runtime":
    """The runtime of this machine's settings, on a store that is at the current schema."""
    from hub.migrations.upgrade import upgrade

    runtime = runtime_of()
    upgrade(runtime.database)
    return runtime


def runtime_of(**overrides: Any) -> "Runtime":
    """The runtime of this machine's settings; `overrides` that are None count as not given."""
    import os

    from hub import runtime
    from hub.kit import logging
    from hub.misconfigured import unknown_variables
    from hub.settings import Settings

    os.umask(0o077)  # everything the hub writes is its own
    for line in unknown_variables(os.environ):
        typer.echo(line, err=True)
    settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
    logging.configure(settings.log_format)
    return runtime.build(settings)


def refuse(message: str) -> NoReturn:
    """Say why not, and exit with 1."""
    typer.echo(message, err=True)
    raise typer.Exit(code=1)
