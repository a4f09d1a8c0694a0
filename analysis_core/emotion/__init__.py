"""The voice's seven emotions told in the vocabularies that callers know, and what they mean for a line of work.

Pure functions on plain results (`Result.to_dict()`), with their tables versioned: nothing is analysed again.
"""

from analysis_core.emotion.timeline import overall, timeline
from analysis_core.emotion.verticals import VERTICALS, judge
from analysis_core.emotion.views import VERSION, EmotionView, view

__all__ = ["VERSION", "VERTICALS", "EmotionView", "judge", "overall", "timeline", "view"]
