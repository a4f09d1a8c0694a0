"""How a result's events and alerts read: a title, what speaks for it, and a tone for its mark."""

from collections.abc import Mapping
from typing import Any

from hub.console.formats import duration, words

_ALERTS = {
    "credibility_low": "Credibility signal low",
    "valence_low": "Unpleasant turn",
    "arousal_high": "Strong excitement",
    "dominance_low": "Yielding",
}
_LONGEST_QUOTE = 140
_HIDDEN = {"at_s", "start_s", "end_s", "text", "quote", "sentence", "codes"}


def title(row: Mapping[str, Any]) -> str:
    """The event in two or three words."""
    kind = str(row["type"])
    return _ALERTS.get(kind) or words(kind)


def tone(row: Mapping[str, Any]) -> str:
    """`bad` for alerts, `good` and `note` for events that add or take, else `quiet`."""
    if row.get("is_alert"):
        return "bad"
    kind = str(row["type"])
    if any(part in kind for part in ("commitment", "smile", "agreement")):
        return "good"
    return "note" if any(part in kind for part in ("hesitation", "stress", "objection", "strain")) else "quiet"


def detail(row: Mapping[str, Any]) -> str:
    """What was said or measured, in one line."""
    if row.get("is_alert"):
        return f"Reached {float(row['value']):.2f}; the threshold is {float(row['threshold']):.2f}"
    evidence = row.get("evidence") or {}
    said = str(evidence.get("text") or evidence.get("quote") or evidence.get("sentence") or "")
    if said:
        return f"\u201c{_cut(said)}\u201d"
    return ", ".join(_measure(name, value) for name, value in evidence.items() if name not in _HIDDEN)


def _measure(name: str, value: Any) -> str:
    label = words(name.removesuffix("_s")).lower()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"{label} {', '.join(map(str, value)) if isinstance(value, list) else value}"
    return f"{label} {duration(value) if name.endswith('_s') else f'{value:.2g}'}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + "\u2026"
