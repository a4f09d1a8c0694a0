"""How the text model and its teacher are made from their parts."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from analysis_core.models.builders import minilm, safetensors
from analysis_core.models.builders.changes import applied, rounded
from analysis_core.models.builders.graph import Graph
from analysis_core.models.builders.mpnet import distances
from analysis_core.models.builders.teacher import merged
from analysis_core.models.builders.transformer import Architecture, Encoder, Network


def test_an_adapter_adds_its_product_and_leaves_the_rest_alone() -> None:
    chance = np.random.default_rng(1)
    weights = {f"{name}.weight": chance.standard_normal((6, 4), np.float32) for name in ("one", "two")}
    down, up = (chance.standard_normal(shape).astype(np.float16) for shape in ((2, 4), (6, 2)))

    adapters: dict[str, NDArray[Any]] = {"one.down": down, "one.up": up, "weight": np.zeros(1, np.float32)}

    made = merged(weights, adapters)

    expected = weights["one.weight"] + up.astype(np.float64) @ down.astype(np.float64)
    assert np.allclose(made["one.weight"], expected, atol=1e-6)
    assert np.array_equal(made["two.weight"], weights["two.weight"])


def test_a_change_is_kept_to_a_seventh_of_its_rows_largest_and_takes_four_bits() -> None:
    chance = np.random.default_rng(3)
    before = {"layer.weight": chance.standard_normal((6, 40), np.float32), "layer.bias": np.zeros(6, np.float32)}
    change = 0.1 * chance.standard_normal((6, 40), np.float32)
    after = {"layer.weight": before["layer.weight"] + change, "layer.bias": np.arange(6, dtype=np.float32)}

    changes = rounded(before, after)
    made = applied(before, changes)

    largest = np.abs(change).max(1, keepdims=True)
    assert (np.abs(made["layer.weight"] - after["layer.weight"]) <= largest / 14 + 1e-6).all()
    assert np.abs(changes["layer.weight.levels"]).max() == 7
    assert np.array_equal(made["layer.bias"], after["layer.bias"])


def test_what_training_left_alone_stays_as_it_was_and_heads_are_no_weights() -> None:
    before = {"one.weight": np.ones((2, 3), np.float32), "two.weight": np.ones((2, 3), np.float32)}
    changes = {**rounded(before, {"one.weight": before["one.weight"]}), "weight": np.ones((10, 3), np.float32)}

    made = applied(before, changes)

    assert list(made) == ["one.weight", "two.weight"]
    assert all(np.array_equal(made[name], before[name]) for name in before)


def test_berts_names_become_mpnets_and_its_first_text_is_part_of_the_places(tmp_path: Path) -> None:
    chance = np.random.default_rng(4)
    given = {
        "embeddings.position_embeddings.weight": chance.standard_normal((5, 4), np.float32),
        "embeddings.token_type_embeddings.weight": chance.standard_normal((2, 4), np.float32),
    }
    for layer in range(minilm.ARCHITECTURE.layers):
        name = f"encoder.layer.{layer}.attention"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            given[f"{name}.{part}.weight"] = chance.standard_normal((4, 4), np.float32)
            given[f"{name}.{part}.bias"] = chance.standard_normal(4).astype(np.float32)
        given[f"{name}.output.LayerNorm.weight"] = chance.standard_normal(4).astype(np.float32)
    file = tmp_path / "model.safetensors"
    file.write_bytes(_safetensors(given))

    found = minilm.tensors(file)

    places = given["embeddings.position_embeddings.weight"] + given["embeddings.token_type_embeddings.weight"][0]
    query = given["encoder.layer.1.attention.self.query.weight"]
    assert np.array_equal(found["embeddings.position_embeddings.weight"], places)
    assert np.array_equal(found["encoder.layer.1.attention.attn.qkv.weight"][:4], query)
    assert found["encoder.layer.5.attention.attn.qkv.bias"].shape == (12,)
    assert {"encoder.layer.0.attention.attn.o.weight", "encoder.layer.0.attention.LayerNorm.weight"} <= set(found)
    assert not [name for name in found if "self" in name or "token_type" in name]


@pytest.mark.parametrize("with_distances", [True, False])
def test_a_networks_figures_for_a_sentence_do_not_depend_on_padding_or_on_neighbours(with_distances: bool) -> None:
    session = onnxruntime.InferenceSession(Encoder(_toy(with_distances), _heads()).model(means=True))
    short, long = [5, 6, 7, 0, 0, 0], [9, 8, 7, 6, 5, 4]

    scores, means = session.run(["scores", "means"], {"pieces": np.array([short, long], np.float32)})
    alone = session.run(["scores"], {"pieces": np.array([short], np.float32)})[0]
    bare = session.run(["scores"], {"pieces": np.array([short[:3]], np.float32)})[0]

    assert np.array_equal(scores[:1], alone)
    assert np.allclose(alone, bare, atol=1e-5)
    assert means.shape == (2, 1, 8)
    assert not np.allclose(scores[0], scores[1])


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


def _safetensors(tensors: dict[str, NDArray[np.float32]]) -> bytes:
    rows, at = {}, 0
    for name, values in tensors.items():
        rows[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [at, at + values.nbytes]}
        at += values.nbytes
    header = json.dumps(rows).encode()
    return len(header).to_bytes(8, "little") + header + b"".join(values.tobytes() for values in tensors.values())


def _heads() -> dict[str, NDArray[np.float32]]:
    chance = np.random.default_rng(6)
    return {"weight": chance.standard_normal((3, 16), np.float32), "bias": np.zeros(3, np.float32)}


def _toy(with_distances: bool) -> Network:
    """Two layers of width 8 over a vocabulary of ten, the heads reading the first and the last mean."""
    chance = np.random.default_rng(5)

    def some(*shape: int) -> NDArray[np.float32]:
        return chance.standard_normal(shape, np.float32)

    weights = {"embeddings.word_embeddings.weight": some(10, 8), "embeddings.position_embeddings.weight": some(128, 8)}
    sizes = {"attention.attn.qkv": (24, 8), "attention.attn.o": (8, 8), "intermediate.dense": (16, 8)}
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{number}" for number in range(2)):
        norms += [f"{layer}.attention.LayerNorm", f"{layer}.output.LayerNorm"]
        for part, shape in {**sizes, "output.dense": (8, 16)}.items():
            weights |= {f"{layer}.{part}.weight": some(*shape), f"{layer}.{part}.bias": some(shape[0])}
    for name in norms:
        weights |= {f"{name}.weight": np.ones(8, np.float32), f"{name}.bias": np.zeros(8, np.float32)}
    architecture = Architecture(layers=2, heads=2, width=8, padding=0, epsilon=1e-5, read=(0, 2))
    return Network(architecture, weights, some(2, 128, 128) if with_distances else None)
