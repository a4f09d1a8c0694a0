"""Faces: what was drawn against what was seen, warps of real faces, and a full gallery page."""

from pathlib import Path

from bench.accuracy import gallery, warps
from bench.figures import Figures
from bench.sources import ROOT, Sources
from hub.evaluation import face


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """Pearson's r by Action Unit, warps that moved their own unit most, and the share of 25 faces found."""
    for name, video in (("demo", data.demo), ("renewal", ROOT / "sandbox" / "recordings" / "renewal_call.mp4")):
        if not quick or name == "demo":
            _drawn(figures, name, video)
    warps.measure(figures, data, quick)
    gallery.measure(figures, data)


def _drawn(figures: Figures, name: str, video: Path) -> None:
    found = face.evaluate(video, face.read(video.with_suffix(".truth.json")), _nobody)
    for unit, row in found["units"].items():
        figures.add(f"face.{name}_r_{unit.lower()}", row["r"])
    figures.add(f"face.{name}_frames_with_face", found["frames_with_face"] / found["frames"])


def _nobody(_share: float) -> None:
    """Nobody waits for progress here."""
