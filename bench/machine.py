"""What the figures were measured on."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.figures import Figures, Value

_PACKAGES = ("numpy", "onnxruntime", "ai-edge-litert", "av", "faster-whisper", "scikit-learn")


def describe(figures: Figures, group: str) -> None:
    """Notes date, machine and versions under `run.GROUP.`."""
    facts: dict[str, Value] = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB; {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {version(name)}" for name in _PACKAGES),
        "load_before": round(os.getloadavg()[0], 1),
    }
    for name, value in facts.items():
        figures.note(f"run.{group}.{name}", value)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").is_file() else ():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
