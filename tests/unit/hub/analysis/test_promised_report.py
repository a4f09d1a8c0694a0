"""The report that the API promises is the one that the core gives."""

from dataclasses import fields

import pytest
from pydantic import BaseModel

from analysis_core import result
from hub.analysis import report, report_parts
from hub.analysis.report import AnalysisReport

OF_PICTURES_AND_MIXES = {"images", "face_count", "expression", "modalities", "watermark"}
PROMISED: dict[type, type[BaseModel]] = {
    result.Abstained: report_parts.Abstention,
    result.ActionUnit: report_parts.ActionUnit,
    result.Alert: report_parts.AnalysisAlert,
    result.Contributions: report_parts.Contributions,
    result.Coverage: report_parts.Coverage,
    result.Event: report_parts.AnalysisEvent,
    result.FaceActivation: report_parts.FaceActivation,
    result.HesitationMap: report_parts.HesitationMap,
    result.HesitationMarkers: report_parts.HesitationMarkers,
    result.HesitationSpan: report_parts.HesitationSpan,
    result.Looks: report_parts.Looks,
    result.MomentContribution: report_parts.MomentContribution,
    result.SentenceResult: report_parts.Sentence,
    result.SignalContribution: report_parts.SignalContribution,
    result.SlowAnswer: report_parts.SlowAnswer,
    result.SpeakerResult: report.SpeakerReport,
    result.StressIndicators: report_parts.StressIndicators,
    result.Vad: report_parts.AnalysisVad,
    result.VoiceSegment: report_parts.VoiceSegment,
}


def names(given: type) -> set[str]:
    return {field.name for field in fields(given)}


def test_every_field_of_the_core_s_result_is_promised_and_no_other() -> None:
    assert names(result.Result) == AnalysisReport.model_fields.keys() - OF_PICTURES_AND_MIXES


@pytest.mark.parametrize("given", PROMISED, ids=lambda given: given.__name__)
def test_its_parts_are_promised_whole(given: type) -> None:
    assert names(given) == PROMISED[given].model_fields.keys()


def test_no_part_is_forgotten_here() -> None:
    parts = {
        value for value in vars(result).values() if isinstance(value, type) and value.__module__ == result.__name__
    }

    assert parts == {result.Result, *PROMISED}
