"""`hub keys` and `hub members`: what the operator does where nobody can sign in, or no console should be needed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from hub.command_line import prepared, refuse

if TYPE_CHECKING:
    from datetime import datetime

    from hub.accounts.models import ApiKey

keys = typer.Typer(help="API keys and the master key.", no_args_is_help=True)
members = typer.Typer(help="Who can sign in.", no_args_is_help=True)


@keys.command()
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
    plan: Annotated[str, typer.Option(help="sandbox, professional or enterprise.")] = "professional",
    organisation: Annotated[str, typer.Option(help="Whose key; needed where there are several.")] = "",
    scope: Annotated[list[str] | None, typer.Option(help="What it may do; may be repeated. Everything if not.")] = None,
    expires: Annotated[str, typer.Option(help="Its last day, such as 2027-01-31 (UTC).")] = "",
    speech: Annotated[bool, typer.Option("--speech", help="A psk_ key for the compatible speech endpoints.")] = False,
) -> None:
    """Make an API key and print it, once. On a new store this makes the organisation too."""
    from hub.accounts.service import NewKey, create_operator_key
    from hub.accounts.service.details import clean_last_day

    with _told():
        runtime = prepared()
        ends = clean_last_day(expires, runtime.clock())
        new = NewKey(name, plan, tuple(scope or ()), ends, speech)
        typer.echo(create_operator_key(runtime, new, organisation=organisation))


@keys.command(name="list")
def list_keys() -> None:
    """Print every key: id, last characters, plan, what it may do, when it ends, organisation and name."""
    from hub.accounts.service import every_key

    runtime = prepared()
    for organisation, key in every_key(runtime):
        may = ",".join(key.scopes) or "everything"
        ends = _ending(key, runtime.clock())
        typer.echo("\t".join((key.id, f"...{key.hint}", key.plan, may, ends, organisation.name, key.name)))


@keys.command()
def revoke(key_id: Annotated[str, typer.Argument(help="As `hub keys list` prints it.")]) -> None:
    """End a key at once."""
    from hub.accounts.service import revoke_operator_key

    with _told():
        key = revoke_operator_key(prepared(), key_id)
    typer.echo(f"{key.name} (...{key.hint}) opens nothing any more.")


@keys.command(name="new-master")
def new_master() -> None:
    """Print a fresh value for HUB_MASTER_KEY."""
    from hub.kit.crypto import new_master_key

    typer.echo(new_master_key())


@keys.command()
def rotate() -> None:
    """Seal every stored secret anew with the current master key; needs the former one in HUB_MASTER_KEY_PREVIOUS."""
    from hub.rotation import rotate_master_key

    tables = rotate_master_key(prepared())
    for table in tables:
        typer.echo(f"{table.name}: {table.renewed} sealed anew, {len(table.unreadable)} cannot be opened")
    unreadable = [row for table in tables for row in table.unreadable]
    if unreadable:
        refuse(f"No key opens {', '.join(unreadable)}: add theirs to HUB_MASTER_KEY_PREVIOUS and run this again.")


@members.command(name="list")
def list_members() -> None:
    """Print every member: e-mail, role, organisation and name."""
    from hub.accounts.service import every_member

    for organisation, user, membership in every_member(prepared()):
        typer.echo("\t".join((user.email, membership.role.value, organisation.name, user.name)))


@members.command(name="reset-password")
def reset_password(email: Annotated[str, typer.Argument(help="As `hub members list` prints it.")]) -> None:
    """Print a new password for somebody, once. The old one stops working, and they are signed out everywhere."""
    from hub.accounts.service import reset_password_of

    with _told():
        typer.echo(reset_password_of(prepared(), email))


@contextmanager
def _told() -> Iterator[None]:
    from hub.accounts.errors import AccountsError

    try:
        yield
    except AccountsError as error:
        refuse(str(error))


def _ending(key: "ApiKey", now: "datetime") -> str:
    if key.revoked_at:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if key.expires_at is None:
        return "no end"
    return f"{'ended' if key.expires_at <= now else 'ends'} {key.expires_at:%Y-%m-%d %H:%M}Z"
