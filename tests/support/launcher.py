"""Starts the hub's command in a process that kills itself at a chosen point, once.

`CRASH_AT=module:name:before|after:marker`: around the first call of that function the process sends itself SIGKILL,
unless the marker file is there already: after a restart the same command lives on.

`RETRY_WAITS=0.5,1,2`: the waits between attempts in seconds, for tests that cannot wait for hours.

`ANALYSE_ONCE=folder`: the core runs once for each distinct input, told apart by its bytes; whoever brings the same
bytes gets a copy of the result, in other processes too, which find it in the folder. For tests of everything around it.
"""

import asyncio
import functools
import hashlib
import importlib
import inspect
import json
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
    if folder := os.environ.get("ANALYSE_ONCE"):
        analyse_once(Path(folder))
    from hub.cli import main as hub

    hub()


def arm(module_name: str, path: str, when: str, marker: str) -> None:
    """Wrap the function so that its first call is this process's last."""
    owner: Any = importlib.import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, name, _deadly(getattr(owner, name), when, Path(marker)))


def analyse_once(folder: Path) -> None:
    """Keep results by the content of their inputs."""
    runner: Any = importlib.import_module("hub.analysis.runner")
    run, running = runner.run, {}

    async def kept(job: Any, on_progress: Any, path: Path) -> str:
        return _read(path) or _write(path, json.dumps(await run(job, on_progress)))

    async def once(job: Any, on_progress: Any) -> Any:
        path = folder / f"{_input(job)}.json"
        if path not in running:
            running[path] = asyncio.create_task(kept(job, on_progress, path))
        return json.loads(await asyncio.shield(running[path]))

    runner.run = once


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _write(path: Path, text: str) -> str:
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(text)
    partial.rename(path)
    return text


def _input(job: Any) -> str:
    files = [hashlib.sha256(path.read_bytes()).hexdigest() if path else "" for path in (job.media, job.transcript)]
    observed = None if job.observed_speakers is None else sorted(job.observed_speakers)
    said = repr((files, observed, sorted(job.options.items())))
    return hashlib.sha256(said.encode()).hexdigest()


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
