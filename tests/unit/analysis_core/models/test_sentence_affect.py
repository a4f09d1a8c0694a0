"""How the text model is made from its parts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from analysis_core.models.builders import safetensors
from analysis_core.models.builders.graph import Graph
from analysis_core.models.builders.mpnet import distances
from analysis_core.models.builders.sentence_affect import merged


def test_an_adapter_adds_its_product_and_leaves_the_rest_alone() -> None:
    chance = np.random.default_rng(1)
    weights = {f"{name}.weight": chance.standard_normal((6, 4), np.float32) for name in ("one", "two")}
    down, up = (chance.standard_normal(shape).astype(np.float16) for shape in ((2, 4), (6, 2)))

    adapters: dict[str, NDArray[Any]] = {"one.down": down, "one.up": up, "weight": np.zeros(1, np.float32)}

    made = merged(weights, adapters)

    expected = weights["one.weight"] + up.astype(np.float64) @ down.astype(np.float64)
    assert np.allclose(made["one.weight"], expected, atol=1e-6)
    assert np.array_equal(made["two.weight"], weights["two.weight"])


def test_distances_are_exact_when_near_and_tell_before_from_after() -> None:
    found = distances(40)

    assert found[5, :14].tolist() == [5, 4, 3, 2, 1, 0, 17, 18, 19, 20, 21, 22, 23, 24]
    assert found[0, 16] == found[0, 17] == 16 + 10
    assert (np.diff(found[0, 1:]) >= 0).all()


def test_tensors_are_read_from_their_places(tmp_path: Path) -> None:
    one, two = np.arange(6, dtype=np.float32).reshape(2, 3), np.array([7], np.int64)
    rows = {
        "__metadata__": {"format": "pt"},
        "one": {"dtype": "F32", "shape": [2, 3], "data_offsets": [8, 32]},
        "two": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
    }
    header = json.dumps(rows).encode()

    found = safetensors.read(len(header).to_bytes(8, "little") + header + two.tobytes() + one.tobytes())

    assert list(found) == ["one"]
    assert np.array_equal(found["one"], one)


@pytest.mark.parametrize("outlier", [1.0, 200.0])
def test_a_linear_layer_by_row_is_near_the_real_one_and_no_row_knows_of_anothers_outlier(outlier: float) -> None:
    chance = np.random.default_rng(2)
    weight, bias = chance.standard_normal((32, 256), np.float32), chance.standard_normal(32).astype(np.float32)
    x = chance.standard_normal((5, 256), np.float32)
    x[1, 7] *= outlier
    graph = Graph()
    y = graph.linear_by_row("x", weight, bias)
    session = onnxruntime.InferenceSession(graph.model({"x": ["rows", 256]}, {"y": (y, ["rows", 32])}))

    found = session.run(None, {"x": x})[0]

    untouched = [0, 2, 3, 4]
    error = np.abs(found - (x @ weight.T + bias))
    assert np.sqrt(np.mean(error[untouched] ** 2)) < 0.02 * np.sqrt(256)
    assert np.array_equal(found[untouched], session.run(None, {"x": x[untouched]})[0])


def test_a_linear_layer_by_row_takes_a_row_of_nothing() -> None:
    graph = Graph()
    y = graph.linear_by_row("x", np.ones((4, 8), np.float32), np.arange(4, dtype=np.float32))
    session = onnxruntime.InferenceSession(graph.model({"x": ["rows", 8]}, {"y": (y, ["rows", 4])}))

    assert session.run(None, {"x": np.zeros((1, 8), np.float32)})[0].tolist() == [[0, 1, 2, 3]]
