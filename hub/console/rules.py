"""A destination's rule: as typed, as kept, and in words."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form

from hub.deliveries.rules import Rule
from hub.errors import InvalidInput


@dataclass(frozen=True)
class RuleForm:
    """The rule as typed; `below` is points of 0..100 or empty."""

    below: Annotated[str, Form()] = ""
    alerts_only: Annotated[bool, Form()] = False
    kind: Annotated[str, Form()] = ""

    def stored(self) -> dict[str, object]:
        """The rule as it is kept. Raises `InvalidInput` when `below` is no number."""
        try:
            below = float(self.below) if self.below.strip() else None
        except ValueError as error:
            raise InvalidInput("The Trust Score has to be a number from 0 to 100.") from error
        kinds = [self.kind] if self.kind else []
        return {"analysis_kinds": kinds, "trust_score_below": below, "alerts_only": self.alerts_only}


def rule_in_words(stored: dict[str, object]) -> str:
    """A destination's rule as a sentence."""
    rule = Rule.model_validate(stored)
    parts = []
    if rule.analysis_kinds:
        parts.append(f"it is a {' or '.join(rule.analysis_kinds)}")
    if rule.trust_score_below is not None:
        parts.append(f"the Trust Score is below {rule.trust_score_below:g}")
    if rule.alerts_only:
        parts.append("there is an alert")
    return f"When {' and '.join(parts)}" if parts else "Every result"
