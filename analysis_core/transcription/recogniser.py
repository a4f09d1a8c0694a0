"""Whisper (Radford et al. 2022, arXiv:2212.04356) run by CTranslate2: one chunk of sound in, words with times out."""

from dataclasses import dataclass
from typing import Any

from analysis_core.arithmetic import on_one_thread
from analysis_core.memory import give_back
from analysis_core.models import weights
from analysis_core.observations import Block
from analysis_core.speech.embedding import levelled

_SURE_OF_LANGUAGE = 0.5
_LOOPING = 2.4
"""Text that compresses better than this repeats itself: the recogniser got caught in a loop."""
_SHORTEST = 1600
_NO_LOOP = 4


@dataclass(frozen=True)
class Word:
    """A word as it is written, with its leading space, and its place in the chunk in seconds."""

    text: str
    start_s: float
    end_s: float


class Recogniser:
    """Recognises one recording's chunks; the language is settled by the first one that is clear about it.

    It holds half a gigabyte, and is loaded in under two seconds: let it go when the recording is done. Making one
    raises `ModelMissing`.
    """

    def __init__(self) -> None:
        on_one_thread()
        self._language: str | None = None
        self._model = whisper()
        give_back()

    def words(self, audio: Block) -> list[Word]:
        """The words in up to thirty seconds of speech at 16 kHz, in order."""
        if len(audio) < _SHORTEST:
            return []
        audio = levelled(audio)
        segments = self._heard(audio)
        if any(segment.compression_ratio > _LOOPING for segment in segments):
            segments = self._heard(audio, no_repeat_ngram_size=_NO_LOOP)
        return [Word(word.word, float(word.start), float(word.end)) for row in segments for word in row.words or ()]

    def _heard(self, audio: Block, **options: int) -> list[Any]:
        """Greedy and at temperature 0 only: the usual fallback samples at random."""
        segments, about = self._model.transcribe(
            audio,
            language=self._language,
            beam_size=1,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=False,
            **options,
        )
        found = list(segments)
        if self._language is None and about.language_probability >= _SURE_OF_LANGUAGE:
            self._language = about.language
        return found


def whisper() -> Any:
    """The model, in single precision.

    Whole numbers of eight bits are a third faster, but round so coarsely that the last bit of the sound decides
    between words, and a recording a little louder was heard to say something else.
    """
    from faster_whisper import WhisperModel  # slow to import, and needed only where there is no transcript

    folder = str(weights("whisper-base-ct2").parent)
    return WhisperModel(folder, device="cpu", compute_type="float32", cpu_threads=1, local_files_only=True)
