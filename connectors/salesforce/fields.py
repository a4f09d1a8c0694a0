"""The custom fields the hub brings to Salesforce, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

MEETING_ID: Final = "EchoDepth_Meeting_Id__c"
BEFORE: Final = "EchoDepth_Before__c"
ANALYSIS_ID: Final = "EchoDepth_Analysis_Id__c"
RECORD_TYPES: Final = ("Contact", "Lead", "Opportunity")
_HINT: Final = (
    "A signal of how people came across in the call, relative to their own baseline. "
    "It is not a lie detector and says nothing about the truth of what was said."
)


@dataclass(frozen=True)
class FieldSpec:
    """One custom field: its API name, label, what it holds, and its type in Salesforce's metadata words."""

    name: str
    label: str
    meaning: str
    kind: Mapping[str, Any]

    @property
    def help_text(self) -> str:
        """What people read beside the field."""
        return f"{self.meaning} {_HINT}"

    def metadata(self) -> dict[str, Any]:
        """The field in the form of the Tooling API."""
        text = self.help_text
        return {"label": self.label, "description": text, "inlineHelpText": text, "required": False, **self.kind}


def _number(precision: int, scale: int) -> Mapping[str, Any]:
    return MappingProxyType({"type": "Number", "precision": precision, "scale": scale})


def _text(length: int, **more: Any) -> Mapping[str, Any]:
    return MappingProxyType({"type": "Text", "length": length, **more})


_SCORE, _SHARE = _number(5, 2), _number(4, 3)

FIGURES: Final[Mapping[str, FieldSpec]] = MappingProxyType(
    {
        "trust_score": FieldSpec(
            "EchoDepth_Trust_Score__c",
            "EchoDepth Trust Score",
            "Trust Score of the latest analysed call, 0 to 100; empty when the call gave too little to judge.",
            _SCORE,
        ),
        "trust_low": FieldSpec(
            "EchoDepth_Trust_Low__c", "EchoDepth Trust Score, low", "Lower end of the Trust Score's interval.", _SCORE
        ),
        "trust_high": FieldSpec(
            "EchoDepth_Trust_High__c", "EchoDepth Trust Score, high", "Upper end of the Trust Score's interval.", _SCORE
        ),
        "score_note": FieldSpec(
            "EchoDepth_Score_Note__c",
            "EchoDepth score note",
            "Why there is no Trust Score, if there is none.",
            _text(255),
        ),
        "valence": FieldSpec(
            "EchoDepth_Valence__c", "EchoDepth valence", "From unpleasant (0) to pleasant (1).", _SHARE
        ),
        "arousal": FieldSpec("EchoDepth_Arousal__c", "EchoDepth arousal", "From calm (0) to excited (1).", _SHARE),
        "dominance": FieldSpec(
            "EchoDepth_Dominance__c", "EchoDepth dominance", "From yielding (0) to in control (1).", _SHARE
        ),
        "alert_count": FieldSpec(
            "EchoDepth_Alert_Count__c",
            "EchoDepth alerts",
            "How many thresholds were crossed in the call.",
            _number(4, 0),
        ),
        "alerts": FieldSpec(
            "EchoDepth_Alerts__c", "EchoDepth alert list", "Which thresholds were crossed, and when.", _text(255)
        ),
        "meeting_at": FieldSpec(
            "EchoDepth_Meeting_At__c", "EchoDepth call at", "When the analysed call began.", {"type": "DateTime"}
        ),
        "analysed_at": FieldSpec(
            "EchoDepth_Analysed_At__c", "EchoDepth last analysis at", "When the analysis ended.", {"type": "DateTime"}
        ),
        "url": FieldSpec(
            "EchoDepth_Analysis_URL__c", "EchoDepth analysis", "The analysis with its moments.", {"type": "Url"}
        ),
    }
)
"""Field by figure; the same names on every object."""

_RECORD_ONLY = FieldSpec(
    BEFORE,
    "EchoDepth values before",
    "What the fields held before the latest call was written, so that it can be undone.",
    {"type": "LongTextArea", "length": 32768, "visibleLines": 3},
)
# long texts do not exist on activities, and the external id only makes sense there
_ACTIVITY_ONLY = (
    FieldSpec(
        MEETING_ID,
        "EchoDepth meeting id",
        "Which analysed meeting this activity is.",
        _text(64, externalId=True, unique=True, caseSensitive=True),
    ),
    FieldSpec(ANALYSIS_ID, "EchoDepth analysis id", "Which analysis the figures come from.", _text(64)),
)


def fields_of(object_type: str) -> tuple[FieldSpec, ...]:
    """The fields to be had on `object_type`: a record type, or `Activity`, whose fields show on Task and Event."""
    return (*FIGURES.values(), *technical_fields(object_type))


def technical_fields(object_type: str) -> tuple[FieldSpec, ...]:
    """Those that the hub needs for itself, whatever the mapping says."""
    return _ACTIVITY_ONLY if object_type in {"Activity", "Task"} else (_RECORD_ONLY,)
