"""What `hub serve` does around the application: listen, say where, and hand out the first-run link."""

import os
from pathlib import Path

import typer
import uvicorn

from hub import worker
from hub.accounts.service import first_run_link
from hub.app import create_app
from hub.runtime import Runtime


def serve(runtime: Runtime) -> None:
    """Serve until SIGTERM or SIGINT; requests and work under way are finished first. Raises `StoreInUse`."""
    settings = runtime.settings
    engine = worker.prepare(runtime)
    config = uvicorn.Config(
        create_app(runtime, engine=engine, on_ready=announce),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run()


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
