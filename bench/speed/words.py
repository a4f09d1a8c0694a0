"""A sentence from words to valence, arousal, dominance, emotions and markers."""

from analysis_core.observations import Cue, Transcript
from analysis_core.text.observe import observe
from bench.figures import Figures
from bench.sources import Sources
from bench.speed.clock import seconds
from hub.evaluation import sentences

_COUNT, _QUICK = 300, 60
_EVERY_S = 5.0


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """EmoBank's test sentences as one person's transcript."""
    rows = sentences.read(data.text / "emobank" / "emobank.csv", "test")[: _QUICK if quick else _COUNT]
    cues = tuple(Cue(n * _EVERY_S, (n + 1) * _EVERY_S - 2, "Ann", row.text) for n, row in enumerate(rows))
    transcript = Transcript(cues, "vtt")
    count = len(observe(cues, transcript).sentences)
    figures.add("text.ms_per_sentence", 1000 * seconds(lambda: observe(cues, transcript)) / count)
