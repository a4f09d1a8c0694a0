"""Models that only training needs: `make models` leaves them out."""

from pathlib import Path

from analysis_core.models.build import build
from analysis_core.models.fetch import fetch
from analysis_core.models.store import complete, describe, path_of


def needed(model_id: str) -> Path:
    """The model's main file, fetched or built with what it is built from. Raises `ModelMissing`."""
    model = describe(model_id)
    if not complete(model):
        for part in model.inputs:
            needed(part)
        (build if model.builder else fetch)(model)
    return path_of(model)
