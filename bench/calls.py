"""`python -m bench.calls`: segments of the staged calls that are heard as other than neutral, for the model card."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from analysis_core.io.media import open_media
from analysis_core.observations import SpeechSegment
from analysis_core.options import Options
from analysis_core.speech import observe
from analysis_core.speech.windows import RATE, Audio
from analysis_core.transcription.recogniser import Recogniser
from bench.sources import NoData, sources

_MOST_WORDS = 8
_LANGUAGE_S = 30


def main() -> int:
    """Prints a Markdown table, and how many segments there are in all."""
    try:
        data = sources()
    except NoData as missing:
        print(f"bench: skipped, {missing}")
        return 0
    count = 0
    print("| Call | From | To | Heard as | Share | Neutral | Arousal | Valence | Confidence | Words |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for path in sorted((data.meetings / "calls").glob("*.flac")):
        audio = np.concatenate(list(open_media(path, Options()).audio()))
        segments = observe([audio], ()).segments
        count += len(segments)
        for line in _lines(path, audio, segments):
            print(line)
    print(f"\n{count} segments in all.")
    return 0


def _lines(path: Path, audio: Audio, segments: tuple[SpeechSegment, ...]) -> Iterator[str]:
    called = [(segment, max(segment.emotions, key=lambda name: segment.emotions[name])) for segment in segments]
    others = [(segment, name) for segment, name in called if name != "neutral"]
    recogniser = Recogniser()
    if others:
        recogniser.words(audio[: _LANGUAGE_S * RATE])  # two seconds are too little to tell the language by
    for segment, name in others:
        heard = recogniser.words(audio[int(segment.start_s * RATE) : int(segment.end_s * RATE)])
        words = "".join(word.text for word in heard[:_MOST_WORDS]).strip()
        figures = (segment.emotions[name], segment.emotions["neutral"], segment.arousal, segment.valence)
        yield (
            f"| {path.stem} | {_clock(segment.start_s)} | {_clock(segment.end_s)} | {name} | "
            f"{' | '.join(f'{value:.2f}' for value in (*figures, segment.confidence))} | {words} ... |"
        )


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60)}:{seconds % 60:04.1f}"


if __name__ == "__main__":
    sys.exit(main())
