"""Recognised words gathered into cues."""

from collections.abc import Iterator, Sequence

from analysis_core.observations import Cue
from analysis_core.transcription.chunks import Chunk
from analysis_core.transcription.recogniser import Word

_BREATH_S = 1.0
_LONGEST_S = 15.0
_ENDS = (".", "?", "!", "\u3002", "\uff1f", "\uff01")


def cues(words: Sequence[Word], chunk: Chunk, speaker: str) -> Iterator[Cue]:
    """One cue for each sentence, cut also at pauses of a second and after fifteen seconds; times of the recording."""
    held: list[tuple[float, float, str]] = []
    for word in words:
        start = chunk.time_at(word.start_s)
        end = max(start, min(chunk.time_at(word.end_s), chunk.part_end(start)))
        if held and _over(held, start, end):
            yield _cue(held, speaker)
            held = []
        held.append((start, end, word.text))
    if held:
        yield _cue(held, speaker)


def _over(held: Sequence[tuple[float, float, str]], start: float, end: float) -> bool:
    said = held[-1][2].rstrip("\"'\u201d\u2019 ")
    return said.endswith(_ENDS) or start - held[-1][1] > _BREATH_S or end - held[0][0] > _LONGEST_S


def _cue(held: Sequence[tuple[float, float, str]], speaker: str) -> Cue:
    return Cue(held[0][0], held[-1][1], speaker, "".join(text for _, _, text in held).strip())
