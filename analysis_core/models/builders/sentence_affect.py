"""all-MiniLM-L6-v2 as training changed it: valence, arousal, dominance and emotions of sentences, int8."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from analysis_core.models.builders import minilm
from analysis_core.models.builders.changes import applied
from analysis_core.models.builders.transformer import Encoder


def build(inputs: Mapping[str, Path], target: Path) -> None:
    """Writes the ONNX model. Same weights, same bytes."""
    with np.load(inputs["sentence-changes"], allow_pickle=False) as saved:
        changes = dict(saved)
    network = minilm.network(applied(minilm.tensors(inputs["sentence-encoder"]), changes))
    target.write_bytes(Encoder(network, changes).model())
    tokenizer = inputs["sentence-encoder"].with_name("tokenizer.json")
    target.with_name("tokenizer.json").write_bytes(tokenizer.read_bytes())
