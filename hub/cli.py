"""The `hub` command. Imports happen inside the commands: `hub analyse` loads neither the web nor the engine."""

import sys
from typing import Annotated

import typer

from hub import __version__
from hub.accounts.commands import keys, members
from hub.analysis.command import analyse
from hub.command_line import prepared, refuse, runtime_of
from hub.connections.commands import connector
from hub.evaluation.command import evaluate
from hub.kit.importing import imported_for_good

app = typer.Typer(name="hub", help="EchoDepth Hub: recorded calls in, explained signals in the CRM out.",
                  no_args_is_help=True, pretty_exceptions_enable=False)  # fmt: skip
app.add_typer(keys, name="keys")
app.add_typer(members, name="members")
oauth_clients = typer.Typer(help="Apps that members can allow to act for them.", no_args_is_help=True)
app.add_typer(oauth_clients, name="oauth-clients")


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hub {__version__}")
        raise typer.Exit


@app.callback()
def hub(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Run and look after a hub."""


app.command(name="analyse")(analyse)
app.add_typer(evaluate, name="evaluate")
app.add_typer(connector, name="connector")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; HUB_HOST when not given.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; HUB_PORT when not given.")] = None,
) -> None:
    """Run the web and the engine in one process."""
    with imported_for_good():
        from hub import serve as serving
        from hub.accounts.regions import RegionDiffers
        from hub.engine.lock import StoreInUse

    try:
        serving.serve(runtime_of(host=host, port=port))
    except (StoreInUse, RegionDiffers, serving.AddressTaken) as error:
        refuse(str(error))


@app.command()
def worker() -> None:
    """Run the engine alone, beside a `hub serve` on the same PostgreSQL database."""
    import asyncio

    with imported_for_good():
        from hub import worker as working
        from hub.accounts.regions import RegionDiffers
        from hub.engine.lock import StoreInUse

    try:
        asyncio.run(working.run(runtime_of()))
    except (StoreInUse, RegionDiffers) as error:
        refuse(str(error))


@app.command(name="first-run")
def first_run() -> None:
    """Print a fresh link that makes the first account; works while nobody has one."""
    from hub.accounts.service import first_run_link

    link = first_run_link(prepared())
    if link is None:
        refuse("Somebody has an account already: sign in, or ask an owner.")
    typer.echo(link)


@app.command(name="declare-region")
def declare_region(
    region: Annotated[str, typer.Argument(help="Where the data has been all along: uk or eu.")],
) -> None:
    """Put right a region that was declared wrongly. Moves no data; start the hub with the same HUB_REGION."""
    from hub.accounts.errors import AccountsError
    from hub.accounts.regions import declare

    try:
        typer.echo(f"{declare(prepared(), region)} organisations are declared to be in {region}.")
    except AccountsError as error:
        refuse(str(error))


@oauth_clients.command(name="create")
def register_app(
    name: Annotated[str, typer.Argument(help="The name that people will see.")],
    redirect_uri: Annotated[list[str], typer.Option(help="Where people are sent back to, in full; may be repeated.")],
    scope: Annotated[list[str], typer.Option(help="What the app may ask for; may be repeated.")],
    public: Annotated[bool, typer.Option("--public", help="It runs on people's devices and has no secret.")] = False,
    plan: Annotated[str, typer.Option(help="sandbox, professional or enterprise.")] = "professional",
    organisation: Annotated[str, typer.Option(help="Whose members may allow it; everybody's when not given.")] = "",
) -> None:
    """Register an app; prints its client id and, once, its secret."""
    from hub.accounts.errors import AccountsError
    from hub.accounts.oauth_server.clients import NewClient, register_operator_client

    new = NewClient(name, redirect_uri, scope, public=public, plan=plan)
    try:
        client, secret = register_operator_client(prepared(), new, organisation)
    except AccountsError as error:
        refuse(str(error))
    typer.echo(f"client_id: {client.id}")
    if secret:
        typer.echo(f"client_secret: {secret}")


@app.command()
def healthy() -> None:
    """Exit 0 while an engine on this machine shows its heartbeat; for processes without a port, on PostgreSQL."""
    import socket

    from hub.engine.liveness import beats_on

    runtime = runtime_of()
    if runtime.database.is_sqlite:
        refuse("On SQLite the hub has no heartbeat: ask its /readyz.")
    if not beats_on(runtime.database, socket.gethostname(), runtime.settings.liveness_ttl_s):
        refuse("No engine on this machine has shown a heartbeat in time.")


def main() -> None:
    """Entry point of the `hub` command. Exit status 2: a setting is wrong."""
    try:
        app()
    except Exception as error:
        lines = _mistakes(error)
        if not lines:
            raise
        typer.echo("\n".join(lines), err=True)
        sys.exit(2)


def _mistakes(error: Exception) -> list[str]:
    from hub.misconfigured import explained

    return explained(error)


if __name__ == "__main__":
    main()
