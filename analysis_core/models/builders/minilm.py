"""all-MiniLM-L6-v2 as it comes, and the facts of its architecture.

Wang et al. 2020, "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained Transformers";
the layers are those of Devlin et al. 2019, "BERT".
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis_core.models.builders import safetensors
from analysis_core.models.builders.transformer import Architecture, Network

ARCHITECTURE = Architecture(layers=6, heads=12, width=384, padding=0, epsilon=1e-12, read=(6,))

_PLACES = "embeddings.position_embeddings.weight"
_KINDS = "embeddings.token_type_embeddings.weight"
_NAMES = {"attention.output.dense": "attention.attn.o", "attention.output.LayerNorm": "attention.LayerNorm"}
"""BERT's names, and MPNet's for the same thing."""

Float = NDArray[np.float32]


def tensors(file: Path) -> Mapping[str, Float]:
    """The weights by MPNet's names. Places include what BERT adds to the words of a first text; there is no other."""
    found = safetensors.read(file.read_bytes())
    made = {_named(name): values for name, values in found.items() if ".attention.self." not in name}
    for layer in range(ARCHITECTURE.layers):
        name = f"encoder.layer.{layer}.attention"
        for kind in ("weight", "bias"):
            parts = [found[f"{name}.self.{part}.{kind}"] for part in ("query", "key", "value")]
            made[f"{name}.attn.qkv.{kind}"] = np.concatenate(parts)
    made[_PLACES] = made[_PLACES] + made.pop(_KINDS)[0]
    return made


def network(weights: Mapping[str, Float]) -> Network:
    """Distances add nothing to attention."""
    return Network(ARCHITECTURE, weights)


def _named(name: str) -> str:
    for theirs, ours in _NAMES.items():
        name = name.replace(theirs, ours)
    return name
