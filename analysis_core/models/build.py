"""Models that are made from others, by a function that the catalogue names as `package.module:function`.

A builder is called as `build(inputs, target)`: `inputs` gives the main file of each input model by id, `target` is
the file to write. It must give the same bytes every time, since the catalogue holds their SHA-256.
"""

import importlib
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from analysis_core.models.catalogue import Model
from analysis_core.models.fetch import install
from analysis_core.models.store import path_of, weights

Builder = Callable[[Mapping[str, Path], Path], None]


def build(model: Model) -> None:
    """Runs the model's builder and puts what it made in place. Raises `ModelMissing` when the bytes are not right."""
    home = path_of(model).parent
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as scratch:
        inputs = {model_id: weights(model_id) for model_id in model.inputs}
        _builder(model.builder or "")(inputs, Path(scratch) / model.file)
        install(model, Path(scratch))


def _builder(name: str) -> Builder:
    module, _, function = name.partition(":")
    builder: Builder = getattr(importlib.import_module(module), function)
    return builder
