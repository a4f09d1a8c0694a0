"""Finding the simulators: every folder of this package that has a `simulator.py`."""

import importlib

from sandbox.kit.pages import simulator_folders
from sandbox.kit.simulator import Simulator
from sandbox.kit.world import World


def find_simulators(world: World) -> list[Simulator]:
    """All of them, by name of their folder."""
    return [importlib.import_module(f"sandbox.{folder}.simulator").create(world) for folder in simulator_folders()]
