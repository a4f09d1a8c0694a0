"""Both clients have a typed name for every field of a report that the OpenAPI document promises."""

import json
import re
from functools import cache

import pytest
from echodepth.models import analysis, base
from echodepth.models.base import Model

from tests.sdk.running import ROOT

PROMISED: dict[type[Model], str] = {
    analysis.Abstained: "Abstention",
    analysis.Alert: "AnalysisAlert",
    analysis.Analysis: "JobAnswer",
    analysis.Box: "PictureBox",
    analysis.Contributions: "Contributions",
    analysis.Coverage: "Coverage",
    analysis.EmotionsHeard: "EmotionsHeard",
    analysis.Event: "AnalysisEvent",
    analysis.Face: "PictureFace",
    analysis.FaceActivation: "FaceActivation",
    analysis.HesitationMap: "HesitationMap",
    analysis.HesitationMarkers: "HesitationMarkers",
    analysis.HesitationSpan: "HesitationSpan",
    analysis.Image: "Picture",
    analysis.MarkerPlace: "MarkerPlace",
    analysis.MarkerRate: "MarkerRate",
    analysis.ModelUsed: "ModelUsed",
    analysis.MomentContribution: "MomentContribution",
    analysis.Sentence: "Sentence",
    analysis.SignalContribution: "SignalContribution",
    analysis.Speaker: "SpeakerReport",
    analysis.SpokenEnergy: "SpokenEnergy",
    analysis.SpokenPitch: "SpokenPitch",
    analysis.SpokenProsody: "SpokenProsody",
    analysis.SpokenQuality: "SpokenQuality",
    analysis.SpokenRhythm: "SpokenRhythm",
    analysis.StressIndicators: "StressIndicators",
    analysis.StressPeak: "StressPeak",
    analysis.VoiceSegment: "VoiceSegment",
    base.ActionUnit: "ActionUnit",
    base.Vad: "AnalysisVad",
}


@cache
def promised(schema: str) -> frozenset[str]:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return frozenset(document["components"]["schemas"][schema]["properties"])


@pytest.mark.parametrize("model", PROMISED, ids=lambda model: model.__name__)
def test_python_names_every_field(model: type[Model]) -> None:
    assert promised(PROMISED[model]) - model.model_fields.keys() == set()


@pytest.mark.parametrize("schema", sorted(PROMISED.values()))
def test_node_names_every_field(schema: str) -> None:
    source = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "sdk" / "node" / "src" / "models").glob("*.ts")
    )
    named = set(re.findall(r"\b(\w+)\??:", source))

    assert {camel(name) for name in promised(schema)} - named == set()


def camel(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda found: found[1].upper(), name)
