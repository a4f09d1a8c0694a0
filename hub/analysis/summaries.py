"""A result's summary where the score stands above it already."""

import re
from collections.abc import Mapping
from typing import Any, Final

_SCORE: Final = re.compile(r"^Trust Score [^()]*\([^()]*\)\.\s*")


def summary_below_score(result: Mapping[str, Any]) -> str:
    """The summary without its first sentence, which tells the score or why there is none."""
    text = str(result.get("summary") or "")
    abstained = result.get("abstained") or {}
    none = f"No Trust Score: {abstained.get('explanation', '')}"
    return text.removeprefix(none).lstrip() if abstained else _SCORE.sub("", text)
