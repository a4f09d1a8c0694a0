"""A destination's rule: as typed, as kept, and in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, get_args

from fastapi import Form

from hub.analysis.schemas import ThresholdName
from hub.console.event_text import title
from hub.deliveries.rules import KINDS, Rule
from hub.errors import InvalidInput

ALERT_KINDS: Final[Mapping[str, str]] = {name: title({"type": name}) for name in get_args(ThresholdName)}
"""What a rule can ask for, as the meeting's page names it."""
_BELOW: Final = "Enter a number from 0 to 100."
_REMEDIES: Final[Mapping[str, str]] = {
    "trust_score_below": _BELOW,
    "owners": "Write addresses such as ada@example.com, at most 100, with commas between them.",
    "alert_types": "Choose among these.",
    "analysis_kinds": "Choose one of these.",
}


@dataclass(frozen=True)
class RuleForm:
    """The rule as typed; `below` is points of 0..100 or empty."""

    below: Annotated[str, Form()] = ""
    alerts_only: Annotated[bool, Form()] = False
    kind: Annotated[str, Form()] = ""
    alert_types: Annotated[list[str] | None, Form()] = None
    owners: Annotated[str, Form()] = ""
    """Addresses, parted by commas, spaces or line ends."""

    def stored(self) -> dict[str, object]:
        """The rule as it is kept. Raises `InvalidInput` when `below` is no number."""
        try:
            below = float(self.below) if self.below.strip() else None
        except ValueError as error:
            raise InvalidInput("The rule is not valid.", {"fields": {"rule.trust_score_below": _BELOW}}) from error
        return {**self.typed(), "trust_score_below": below}

    def typed(self) -> dict[str, object]:
        """The same as it was typed, to be shown again."""
        return {
            "analysis_kinds": [self.kind] if self.kind else [],
            "trust_score_below": self.below,
            "alerts_only": self.alerts_only,
            "alert_types": self.alert_types or [],
            "owners": re.split(r"[\s,;]+", self.owners.strip()) if self.owners.strip() else [],
        }


def remedies(error: InvalidInput) -> dict[str, str]:
    """What to do about a refused rule, by field."""
    fields: Any = (error.details or {}).get("fields", {})
    names = [name.split(".")[1] for name in fields if name.startswith("rule.")]
    return {name: _REMEDIES.get(name, error.message) for name in names}


def rule_in_words(stored: dict[str, object]) -> str:
    """A destination's rule as a sentence."""
    rule = Rule.model_validate(stored)
    parts = []
    if rule.analysis_kinds:
        parts.append(f"it is {' or '.join(KINDS[kind] for kind in rule.analysis_kinds)}")
    if rule.trust_score_below is not None:
        parts.append(f"the Trust Score is below {rule.trust_score_below:g}")
    if rule.alert_types:
        parts.append(f"there is an alert of {' or '.join(ALERT_KINDS[each].lower() for each in rule.alert_types)}")
    elif rule.alerts_only:
        parts.append("there is an alert")
    if rule.owners:
        parts.append(f"{' or '.join(rule.owners)} held the meeting")
    return f"When {' and '.join(parts)}" if parts else "Every result"
