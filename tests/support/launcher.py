"""Starts the hub's command in a process that kills itself at a chosen point, once.

`CRASH_AT=module:name:before|after:marker`: around the first call of that function the process sends itself SIGKILL,
unless the marker file is there already: after a restart the same command lives on.
"""

import functools
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
    from hub.cli import main as hub

    hub()


def arm(module_name: str, path: str, when: str, marker: str) -> None:
    """Wrap the function so that its first call is this process's last."""
    owner: Any = importlib.import_module(module_name)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    setattr(owner, name, _deadly(getattr(owner, name), when, Path(marker)))


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
