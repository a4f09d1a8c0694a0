"""When a destination wants a result."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.base.records import AnalysisKind, Report
from hub.analysis.schemas import ThresholdName

Address = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^\s@,]+@[^\s@,]+$")]


KINDS: Final[Mapping[AnalysisKind, str]] = {
    "video": "a recording with a picture",
    "audio": "a recording with sound alone",
    "text": "a transcript alone",
}
"""What an analysis had to go on, for people."""


class Rule(BaseModel):
    """A destination's `rule` column; every condition that is set must hold, an empty rule always does."""

    model_config = ConfigDict(extra="forbid")

    analysis_kinds: list[AnalysisKind] = Field(default_factory=list, max_length=3)
    trust_score_below: float | None = Field(default=None, ge=0, le=100)
    alerts_only: bool = False
    alert_types: list[ThresholdName] = Field(default_factory=list, max_length=20)
    owners: list[Address] = Field(default_factory=list, max_length=100)
    """Addresses of the people whose meetings are wanted."""


def reason_to_skip(stored: Mapping[str, object], report: Report) -> str | None:
    """Why the rule leaves this result out, in words for people; None when it wants it."""
    rule = Rule.model_validate(stored)
    if rule.analysis_kinds and report.kind not in rule.analysis_kinds:
        wanted = " or ".join(map(KINDS.__getitem__, rule.analysis_kinds))
        return f"the rule takes {wanted} only, this is {KINDS[report.kind]}"
    if rule.trust_score_below is not None and not _is_below(report.trust_score, rule.trust_score_below):
        return f"the rule takes Trust Scores below {rule.trust_score_below:g} only, this one is {_words(report)}"
    return _alerts_missing(rule, report) or _owner_missing(rule, report)


def _alerts_missing(rule: Rule, report: Report) -> str | None:
    if rule.alerts_only and not report.alerts:
        return "the rule takes results with alerts only, this one has none"
    if rule.alert_types and not {alert.type for alert in report.alerts} & set(rule.alert_types):
        wanted = ", ".join(map(alert_words, rule.alert_types))
        return f"the rule takes results with alerts of {wanted} only, this one has none of them"
    return None


def _owner_missing(rule: Rule, report: Report) -> str | None:
    if rule.owners and report.host_email.lower() not in rule.owners:
        return f"the rule takes meetings of {', '.join(rule.owners)} only, this one is {_whose(report)}"
    return None


def alert_words(alert_type: str) -> str:
    """A kind of alert for people: `high arousal`."""
    what, _, side = alert_type.rpartition("_")
    return f"{side} {what}".strip()


def _whose(report: Report) -> str:
    return f"{report.host_email}'s" if report.host_email else "of somebody whose address is not known"


def _is_below(score: float | None, limit: float) -> bool:
    return score is not None and score < limit


def _words(report: Report) -> str:
    return "not given" if report.trust_score is None else f"{report.trust_score:.0f}"
