"""all-mpnet-base-v2 with its adapters merged, int8: what the text model learned from. `make train` alone uses it."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from analysis_core.models.builders import mpnet
from analysis_core.models.builders.graph import Float
from analysis_core.models.builders.transformer import Encoder


def build(inputs: Mapping[str, Path], target: Path) -> None:
    """Writes the ONNX model and the tokenizer beside it. Same weights, same bytes."""
    archive = inputs["teacher-encoder"]
    with np.load(inputs["teacher-adapters"], allow_pickle=False) as saved:
        adapters = dict(saved)
    network = mpnet.network(merged(mpnet.tensors(archive), adapters))
    target.write_bytes(Encoder(network, adapters).model(means=True))
    target.with_name("tokenizer.json").write_bytes(mpnet.tokenizer(archive))


def merged(weights: Mapping[str, Float], adapters: Mapping[str, Float]) -> Mapping[str, Float]:
    """The weights with each adapter's product added: Hu et al. 2021, "LoRA", equation 3.

    Summed rank by rank in double precision, so that no library's order of summing shows in the bytes.
    """
    made = dict(weights)
    for name in (key.removesuffix(".up") for key in adapters if key.endswith(".up")):
        whole = made[f"{name}.weight"].astype(np.float64)
        up, down = (adapters[f"{name}.{part}"].astype(np.float64) for part in ("up", "down"))
        for column, row in zip(up.T, down, strict=True):
            whole += column[:, None] * row
        made[f"{name}.weight"] = whole.astype(np.float32)
    return made
