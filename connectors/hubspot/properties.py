"""The property group and properties the hub brings to HubSpot, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

GROUP: Final = "echodepth"
GROUP_LABEL: Final = "EchoDepth"
MEETING_ID: Final = "echodepth_meeting_id"
ANALYSIS_ID: Final = "echodepth_analysis_id"
BEFORE: Final = "echodepth_before"
NOTES: Final = "echodepth_notes"
_HINT: Final = (
    "A signal of how people came across in the call compared with their own baseline. "
    "It is not a lie detector and does not tell whether something said is true."
)


@dataclass(frozen=True)
class PropertySpec:
    """One property: its name, label, what it holds, and its type in HubSpot's words."""

    name: str
    label: str
    meaning: str
    type: str
    field_type: str
    unique: bool = False
    hidden: bool = False

    @property
    def description(self) -> str:
        """What people read beside the property."""
        return f"{self.meaning} {_HINT}"

    def definition(self) -> dict[str, Any]:
        """The property as the API takes it."""
        fixed = {"name": self.name, "hasUniqueValue": self.unique, "formField": False}
        return {**fixed, "type": self.type, "fieldType": self.field_type, **self.changeable()}

    def changeable(self) -> dict[str, Any]:
        """What can be brought up to date later."""
        return {"label": self.label, "description": self.description, "groupName": GROUP, "hidden": self.hidden}


def _number(name: str, label: str, meaning: str) -> PropertySpec:
    return PropertySpec(name, label, meaning, "number", "number")


def _text(name: str, label: str, meaning: str, **more: Any) -> PropertySpec:
    return PropertySpec(name, label, meaning, "string", more.pop("field_type", "text"), **more)


def _moment(name: str, label: str, meaning: str) -> PropertySpec:
    return PropertySpec(name, label, meaning, "datetime", "date")


FIGURES: Final[Mapping[str, PropertySpec]] = MappingProxyType(
    {
        "trust_score": _number(
            "echodepth_trust_score",
            "EchoDepth Trust Score",
            "Trust Score of the latest analysed call, 0 to 100; empty when the call gave too little to judge.",
        ),
        "trust_low": _number(
            "echodepth_trust_low", "EchoDepth Trust Score, low", "Lower end of the Trust Score's interval."
        ),
        "trust_high": _number(
            "echodepth_trust_high", "EchoDepth Trust Score, high", "Upper end of the Trust Score's interval."
        ),
        "score_note": _text(
            "echodepth_score_note", "EchoDepth score note", "Why there is no Trust Score, if there is none."
        ),
        "valence": _number("echodepth_valence", "EchoDepth valence", "From unpleasant (0) to pleasant (1)."),
        "arousal": _number("echodepth_arousal", "EchoDepth arousal", "From calm (0) to excited (1)."),
        "dominance": _number("echodepth_dominance", "EchoDepth dominance", "From yielding (0) to in control (1)."),
        "alert_count": _number(
            "echodepth_alert_count", "EchoDepth alerts", "How many thresholds were crossed in the call."
        ),
        "alerts": _text(
            "echodepth_alerts",
            "EchoDepth alert list",
            "Which thresholds were crossed, and when.",
            field_type="textarea",
        ),
        "meeting_at": _moment("echodepth_meeting_at", "EchoDepth call at", "When the analysed call began."),
        "analysed_at": _moment(
            "echodepth_analysed_at", "EchoDepth last analysis at", "When the analysis of the call ended."
        ),
        "url": _text("echodepth_analysis_url", "EchoDepth analysis", "Address of the analysis with its moments."),
    }
)
"""Property by figure; the same names on every object."""

_BEFORE = _text(
    BEFORE,
    "EchoDepth values before",
    "What the properties held before the latest call was written, so that it can be undone.",
    field_type="textarea",
    hidden=True,
)
_ACTIVITY_ONLY = (
    _text(MEETING_ID, "EchoDepth meeting id", "Which analysed meeting this activity is.", unique=True),
    _text(ANALYSIS_ID, "EchoDepth analysis id", "Which analysis the figures come from."),
)
_NOTES = _text(
    NOTES,
    "EchoDepth notes",
    "Summary, moments and alerts of the analysed meeting.",
    field_type="textarea",
)

TECHNICAL: Final[Mapping[str, tuple[PropertySpec, ...]]] = MappingProxyType(
    {
        "contacts": (_BEFORE,),
        "deals": (_BEFORE,),
        "calls": _ACTIVITY_ONLY,
        "meetings": (*_ACTIVITY_ONLY, _NOTES, _BEFORE),
    }
)
"""What the hub needs for itself on each object, whatever the mapping says."""
