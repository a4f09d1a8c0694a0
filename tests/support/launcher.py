"""Starts the hub's command in a process that kills itself at a chosen point, once.

`CRASH_AT=module:name:before|after:marker`: around the first call of that function the process sends itself SIGKILL,
unless the marker file is there already: after a restart the same command lives on.

`RETRY_WAITS=0.5,1,2`: the waits between attempts in seconds, for tests that cannot wait for hours.

`ANALYSE_ONCE=1`: the core runs once for each distinct input, told apart by its bytes; whoever brings the same bytes
gets a copy of the result. For tests of everything around it, with hundreds of meetings.
"""

import asyncio
import copy
import functools
import hashlib
import importlib
import inspect
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any


def main() -> None:
    if order := os.environ.get("CRASH_AT"):
        arm(*order.split(":", 3))
    if waits := os.environ.get("RETRY_WAITS"):
        retry: Any = importlib.import_module("hub.engine.retry")
        retry.BACKOFF_S = tuple(map(float, waits.split(",")))
    if os.environ.get("ANALYSE_ONCE"):
        analyse_once()
    from hub.cli import main as hub

    hub()


def arm(module_name: str, path: str, when: str, marker: str) -> None:
    """Wrap the function so that its first call is this process's last."""
    owner: Any = importlib.import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, name, _deadly(getattr(owner, name), when, Path(marker)))


def analyse_once() -> None:
    """Remember results by the content of their inputs."""
    runner: Any = importlib.import_module("hub.analysis.runner")
    run, known = runner.run, {}

    async def once(job: Any, on_progress: Any) -> Any:
        files = [path.read_bytes() for path in (job.media, job.transcript) if path]
        key = (*(hashlib.sha256(data).hexdigest() for data in files), job.observed_speakers)
        if key not in known:
            known[key] = asyncio.create_task(run(job, on_progress))
        return copy.deepcopy(await asyncio.shield(known[key]))

    runner.run = once


def _deadly(function: Callable[..., Any], when: str, marker: Path) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            _die_if(when == "before", marker)
            result = await function(*args, **kwargs)
            _die_if(when == "after", marker)
            return result

        return awaited

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        _die_if(when == "before", marker)
        result = function(*args, **kwargs)
        _die_if(when == "after", marker)
        return result

    return called


def _die_if(due: bool, marker: Path) -> None:
    if not due:
        return
    try:
        marker.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
