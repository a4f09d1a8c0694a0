"""all-mpnet-base-v2 as it comes: an archive with the weights and the tokenizer, and the facts of its architecture.

Architecture: Song et al. 2020, "MPNet: Masked and Permuted Pre-training for Language Understanding".
"""

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis_core.models.builders import safetensors
from analysis_core.models.builders.transformer import LONGEST, Architecture, Network

ARCHITECTURE = Architecture(layers=12, heads=12, width=768, padding=1, epsilon=1e-5, read=(0, 1, 2, 3, 4, 5, 6, 12))

_FOLDER = "all-mpnet-base-v2"
_PLACES = "embeddings.position_embeddings.weight"
_FIRST_PLACE = 2
"""Positions are counted from here; the two rows before it belong to padding."""
_BUCKETS = 16
_FARTHEST = 128

Float = NDArray[np.float32]


def tensors(archive: Path) -> Mapping[str, Float]:
    """The weights by name, query, key and value of each layer joined as `qkv`."""
    with zipfile.ZipFile(archive) as opened:
        made = dict(safetensors.read(opened.read(f"{_FOLDER}/model.safetensors")))
    for layer in range(ARCHITECTURE.layers):
        name = f"encoder.layer.{layer}.attention.attn"
        for kind in ("weight", "bias"):
            made[f"{name}.qkv.{kind}"] = np.concatenate([made.pop(f"{name}.{part}.{kind}") for part in "qkv"])
    made[_PLACES] = made[_PLACES][_FIRST_PLACE:]
    return made


def network(weights: Mapping[str, Float]) -> Network:
    """With what distances add to attention."""
    table = weights["encoder.relative_attention_bias.weight"]
    return Network(ARCHITECTURE, weights, table[distances(LONGEST)].transpose(2, 0, 1))


def tokenizer(archive: Path) -> bytes:
    """The `tokenizer.json`."""
    with zipfile.ZipFile(archive) as opened:
        return opened.read(f"{_FOLDER}/tokenizer.json")


def distances(length: int) -> NDArray[np.int64]:
    """Which of 32 learned distances lies between two places, (length, length).

    Near ones are counted singly, far ones by their logarithm: Raffel et al. 2020, "Exploring the Limits of Transfer
    Learning with a Unified Text-to-Text Transformer", section 2.1.
    """
    distance = np.arange(length)[:, None] - np.arange(length)[None]
    exact = _BUCKETS // 2
    far = np.maximum(np.abs(distance), exact)
    steps = exact + (np.log(far / exact) / math.log(_FARTHEST / exact) * (_BUCKETS - exact)).astype(np.int64)
    size = np.where(np.abs(distance) < exact, np.abs(distance), np.minimum(steps, _BUCKETS - 1))
    return np.asarray(size + _BUCKETS * (distance < 0))
