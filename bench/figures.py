"""Figures by key, printed as they come."""

from collections.abc import Mapping

Value = float | int | str


class Figures:
    """Flat: one key a figure. Keys begin with their group, and `run.GROUP.` says how the group was measured."""

    def __init__(self, known: Mapping[str, Value]) -> None:
        self.values = dict(known)

    def forget(self, group: str) -> None:
        """Drops what an earlier run measured in the group."""
        self.values = {key: value for key, value in self.values.items() if _group(key) != group}

    def add(self, key: str, value: float | None) -> None:
        """A figure; None is what could not be measured, and leaves no key."""
        if value is None:
            print(f"  {key}: could not be measured", flush=True)
            return
        self.values[key] = value if isinstance(value, int) else float(f"{value:.4g}")
        print(f"  {key} {self.values[key]}", flush=True)

    def note(self, key: str, value: Value) -> None:
        """Something about the run."""
        self.values[key] = value


def _group(key: str) -> str:
    """Which group measures a figure, or was run as the key says."""
    if key.startswith("speed.api_"):
        return "api"
    if key.startswith(("memory.", "text.ms_")):
        return "speed"
    return key.removeprefix("run.").split(".", 1)[0]
