"""Where weights lie, whether they are the right ones, and open sessions on them."""

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from analysis_core.errors import ModelMissing
from analysis_core.memory import give_back
from analysis_core.models.catalogue import PACKAGE, Model, catalogue

_CHUNK = 1 << 20


def folder() -> Path:
    """Where fetched and built weights lie: `ECHODEPTH_MODELS_DIR`, else `models/weights` in this package."""
    chosen = os.environ.get("ECHODEPTH_MODELS_DIR")
    return Path(chosen) if chosen else PACKAGE / "models" / "weights"


def path_of(model: Model, name: str | None = None) -> Path:
    """Where a file of the model is expected, its main file by default; it need not be there."""
    name = name or model.file
    return PACKAGE / name if model.committed else folder() / model.id / name


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def complete(model: Model) -> bool:
    """Whether every file of the model is there and right."""
    files = {path_of(model, name): expected for name, expected in model.checksums.items()}
    return all(path.is_file() and checksum(path) == expected for path, expected in files.items())


def describe(model_id: str) -> Model:
    """The catalogue's entry. Raises `ModelMissing` for an id that it does not hold."""
    try:
        return catalogue()[model_id]
    except KeyError:
        raise ModelMissing(f"there is no model {model_id!r} in the catalogue") from None


def used(*model_ids: str) -> tuple[Mapping[str, str], ...]:
    """Id, name, version, licence and SHA-256 of the models, as a result names what it was made with."""
    fields = ("id", "name", "version", "licence", "sha256")
    return tuple({name: getattr(describe(model_id), name) for name in fields} for model_id in model_ids)


def weights(model_id: str) -> Path:
    """The model's main file; its companions lie beside it. Checksums are verified once per process.

    Raises `ModelMissing` where a file is absent or not the catalogue's.
    """
    return _verified(model_id, folder())


@cache
def _verified(model_id: str, _folder: Path) -> Path:
    model = describe(model_id)
    for name, expected in model.checksums.items():
        path = path_of(model, name)
        if not path.is_file():
            raise ModelMissing(f"{model_id}: {path} is not there; run `make models`")
        if checksum(path) != expected:
            raise ModelMissing(f"{model_id}: {path} is not the file the catalogue names; delete it, run `make models`")
    return path_of(model)


def session(model_id: str) -> Any:
    """An onnxruntime session on the CPU with one thread, shared within the process. Raises `ModelMissing`."""
    return _session(weights(model_id))


@cache
def _session(path: Path) -> Any:
    return open_session(path)


def open_session(path: Path) -> Any:
    """A session of the caller's own on a model's file, as `session` opens them."""
    import onnxruntime  # slow to import, and not every caller needs a session

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def release_sessions() -> None:
    """Let go of all sessions: whoever needs one again loads it again, in a fraction of a second."""
    _session.cache_clear()
    give_back()
