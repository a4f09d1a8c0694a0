"""Speech cut into segments of one speaker, two to eight seconds long, while the recording goes by."""

from dataclasses import dataclass, field

from analysis_core.speech.detection import STEP_S, runs
from analysis_core.speech.floor import NOBODY, Labels

SHORTEST, LONGEST = round(2.0 / STEP_S), round(8.0 / STEP_S)
_BRIDGE = round(0.75 / STEP_S)
"""A segment goes on over silence of up to this length."""
_USUAL, _EARLIEST = round(6.0 / STEP_S), round(4.0 / STEP_S)
"""A longer stretch is cut at its widest pause between the earliest cut and the longest segment, else here."""

Piece = tuple[int, int, int]
"""Start and end in detector frames, and the speaker's index."""


@dataclass
class _Stretch:
    start: int
    end: int
    speaker: int
    gaps: list[tuple[int, int]] = field(default_factory=list)


class Cutter:
    """Follows one stream; call it with the labels of consecutive windows (`NOBODY` where there is no speech)."""

    def __init__(self) -> None:
        self._stretch: _Stretch | None = None

    @property
    def needs_from(self) -> int | None:
        """The first detector frame that a later segment may still begin with; None when that lies ahead."""
        return self._stretch.start if self._stretch else None

    def __call__(self, labels: Labels, offset: int) -> list[Piece]:
        """The segments that are complete; `offset` is the first label's detector frame."""
        pieces: list[Piece] = []
        for speaker in sorted(set(labels.tolist()) - {NOBODY}):
            pieces += [(start + offset, end + offset, speaker) for start, end in runs(labels == speaker).tolist()]
        done = [segment for piece in sorted(pieces) for segment in self._add(piece)]
        if self._stretch and offset + len(labels) - self._stretch.end > _BRIDGE:
            done += self.finish()
        return done

    def under_way(self) -> list[Piece]:
        """What is open, where it is long enough already."""
        stretch = self._stretch
        if stretch is None or stretch.end - stretch.start < SHORTEST:
            return []
        return [(stretch.start, stretch.end, stretch.speaker)]

    def finish(self) -> list[Piece]:
        """Closes what is open."""
        pieces = self.under_way()
        self._stretch = None
        return pieces

    def _add(self, piece: Piece) -> list[Piece]:
        start, end, speaker = piece
        open_ = self._stretch
        done: list[Piece] = []
        if open_ and open_.speaker == speaker and start - open_.end <= _BRIDGE:
            if start > open_.end:
                open_.gaps.append((open_.end, start))
            open_.end = end
        else:
            done += self.finish()
            self._stretch = _Stretch(start, end, speaker)
        return done + self._cut()

    def _cut(self) -> list[Piece]:
        done: list[Piece] = []
        while self._stretch and self._stretch.end - self._stretch.start > LONGEST:
            stretch = self._stretch
            stop, resume = _place(stretch)
            done.append((stretch.start, stop, stretch.speaker))
            later = [gap for gap in stretch.gaps if gap[0] >= resume]
            self._stretch = _Stretch(resume, stretch.end, stretch.speaker, later)
        return done


def _place(stretch: _Stretch) -> tuple[int, int]:
    """Where the first segment ends and the next begins."""
    first, last = stretch.start + _EARLIEST, stretch.start + LONGEST
    gaps = [gap for gap in stretch.gaps if first <= gap[0] <= last]
    if gaps:
        return max(gaps, key=lambda gap: gap[1] - gap[0])
    return stretch.start + _USUAL, stretch.start + _USUAL
