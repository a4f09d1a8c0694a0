"""When a destination wants a result."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from connectors.base.records import Report


class Rule(BaseModel):
    """A destination's `rule` column; every condition that is set must hold, an empty rule always does."""

    model_config = ConfigDict(extra="forbid")

    analysis_kinds: list[str] = Field(default_factory=list)
    trust_score_below: float | None = Field(default=None, ge=0, le=100)
    alerts_only: bool = False


def reason_to_skip(stored: Mapping[str, object], report: Report) -> str | None:
    """Why the rule leaves this result out, in words for people; None when it wants it."""
    rule = Rule.model_validate(stored)
    if rule.analysis_kinds and report.kind not in rule.analysis_kinds:
        return f"the rule takes {', '.join(rule.analysis_kinds)} only, this is a {report.kind}"
    if rule.trust_score_below is not None and not _is_below(report.trust_score, rule.trust_score_below):
        return f"the rule takes Trust Scores below {rule.trust_score_below:g} only, this one is {_words(report)}"
    if rule.alerts_only and not report.alerts:
        return "the rule takes results with alerts only, this one has none"
    return None


def _is_below(score: float | None, limit: float) -> bool:
    return score is not None and score < limit


def _words(report: Report) -> str:
    return "not given" if report.trust_score is None else f"{report.trust_score:.0f}"
