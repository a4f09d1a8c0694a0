"""What `hub serve` does around the application: listen, say where, and hand out the first-run link."""

import os
import resource
import socket
import sys
from pathlib import Path
from typing import Final

import typer
import uvicorn
from starlette.types import ASGIApp

from hub import worker
from hub.accounts.service import first_run_link
from hub.app import create_app
from hub.runtime import Runtime
from hub.sessions.service.frames import MAX_FRAME_BYTES
from hub.settings import Settings
from hub.transport import BoundedProtocol

_SWITCH_S: Final = 0.001
"""How long a thread may keep the event loop waiting: the default, 5 ms, is longer than most answers take."""
_MOST_MESSAGE_BYTES: Final = 2 * MAX_FRAME_BYTES
"""A frame in base64, and what is around it."""
_MOST_MESSAGES: Final = 4
_OWN_FILES: Final = 200


class AddressTaken(Exception):
    """The address can't be listened on; the message is for the operator."""


def serve(runtime: Runtime) -> None:
    """Serve until SIGTERM or SIGINT; requests and work under way are finished first.

    Raises `AddressTaken`, and `StoreInUse`.
    """
    with _bound(runtime.settings) as own_socket:
        engine = worker.prepare(runtime)
        sys.setswitchinterval(_SWITCH_S)
        app = create_app(runtime, engine=engine, on_ready=announce)
        uvicorn.Server(server_config(app, runtime.settings)).run(sockets=[own_socket])


def _bound(settings: Settings) -> socket.socket:
    """The address is taken before anything is said about it; connections are accepted once the hub is ready."""
    made = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((settings.host, settings.port))
    except OSError as error:
        made.close()
        where = f"{settings.host}:{settings.port}"
        raise AddressTaken(f"The hub can't listen on {where}, see HUB_HOST and HUB_PORT: {error.strerror}") from error
    return made


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How the web server is run: nobody may hold more of it than a fair share."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=BoundedProtocol,
        log_level="error",  # it warns of every client that speaks no HTTP
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        limit_concurrency=most_connections(settings),
        timeout_graceful_shutdown=10,
        ws_max_size=_MOST_MESSAGE_BYTES,
        ws_max_queue=_MOST_MESSAGES,
        ws_per_message_deflate=False,  # pictures and sound are compressed already, and bombs are not welcome
    )


def most_connections(settings: Settings) -> int:
    """What was set, or what the process may open when that is less; some files are left for everything else."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard and hard != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return (
        settings.max_connections if soft == resource.RLIM_INFINITY else min(settings.max_connections, soft - _OWN_FILES)
    )


def announce(runtime: Runtime) -> None:
    """Print the console's address and, while the hub has no owner, the link that makes one."""
    typer.echo(f"EchoDepth Hub is at {runtime.settings.base_url}")
    if link := first_run_link(runtime):
        _write_private(runtime, link)
        typer.echo(f"Make the first account here: {link}")
    else:
        _link_file(runtime).unlink(missing_ok=True)


def _write_private(runtime: Runtime, link: str) -> None:
    descriptor = os.open(_link_file(runtime), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(link + "\n")


def _link_file(runtime: Runtime) -> Path:
    return runtime.settings.data_dir / "first-run-link"
