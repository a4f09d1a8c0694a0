"""`python -m sandbox.demo [--exit]`."""

import argparse
import signal
import sys
from types import FrameType

from rich.console import Console
from rich.markup import escape

from sandbox.demo.browser import PageProblem
from sandbox.demo.folders import begin_empty
from sandbox.demo.processes import Children, StartProblem
from sandbox.demo.settings import DemoSettings, demo_settings
from sandbox.demo.story import NotArrived, Story


def main() -> int:
    """Run the demo; the status is 0 when every result arrived."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="end when the story is told instead of staying up")
    stay = not parser.parse_args().exit
    signal.signal(signal.SIGTERM, _stop)
    settings, console = demo_settings(), Console()
    with Children(settings.directory / "logs") as children:
        try:
            begin_empty(settings)
            Story(settings, children, console).tell()
            if stay:
                _stay_up(settings, console)
        except (StartProblem, PageProblem, NotArrived) as problem:
            console.print(f"[red]✗[/red] {escape(str(problem))}", highlight=False, soft_wrap=True)
            console.print(f"Logs: {settings.directory / 'logs'}", highlight=False, soft_wrap=True)
            return 1
        except KeyboardInterrupt:
            console.print("\nStopping")
    return 0


def _stay_up(settings: DemoSettings, console: Console) -> None:
    line = f"\nConsole: {settings.hub_url}   Simulators: {settings.sandbox_url}   Ctrl-C ends both"
    console.print(line, highlight=False, soft_wrap=True)
    signal.pause()


def _stop(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
