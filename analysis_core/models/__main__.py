"""`make models`: fetches and builds every weight that is not already right. One line a model."""

import shutil
import sys

from analysis_core.errors import ModelMissing
from analysis_core.models.build import build
from analysis_core.models.catalogue import Model, catalogue
from analysis_core.models.fetch import fetch
from analysis_core.models.store import complete, path_of


def make(model: Model) -> str:
    """Brings one model into place and says what was done. Raises `ModelMissing`."""
    if complete(model):
        return "ready"
    if model.training:
        return "for training only"
    if model.ingredient and not wanted(model):
        return "not needed"
    if model.committed:
        raise ModelMissing(f"{path_of(model)} is part of this package but absent or changed")
    if model.builder:
        build(model)
        return "built"
    fetch(model)
    return "fetched"


def wanted(ingredient: Model) -> bool:
    """Whether something is still to be built from it."""
    built = [model for model in catalogue().values() if ingredient.id in model.inputs and not model.training]
    return not all(complete(model) for model in built)


def clear() -> None:
    """Removes the ingredients of what is built."""
    for model in catalogue().values():
        if model.ingredient and not wanted(model):
            shutil.rmtree(path_of(model).parent, ignore_errors=True)


def main() -> int:
    """Exit status 1 when a model could not be made; the others are made all the same."""
    failures = 0
    for model in catalogue().values():
        try:
            done = make(model)
        except ModelMissing as error:
            failures += 1
            done = f"FAILED: {error}"
        sys.stdout.write(f"{model.id:26} {model.version:8} {model.licence:12} {done}\n")
        sys.stdout.flush()
    clear()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
