"""The text modality: a transcript in, sentences and markers out."""

from collections.abc import Sequence
from dataclasses import replace

from analysis_core.observations import Cue, Marker, Sentence, TextObservations, Transcript
from analysis_core.options import Hook
from analysis_core.text.affect import judge
from analysis_core.text.encoder import encode
from analysis_core.text.language import is_english
from analysis_core.text.markers import MANNER, find, without
from analysis_core.text.sentences import WORD, Passage, passages, sentences

_SPLITTING = 0.1
"""The share of the work that comes before the models."""


def observe(cues: Sequence[Cue], transcript: Transcript, hook: Hook | None = None) -> TextObservations:
    """Read the cues, each with a speaker.

    Text in another language than English gives sentences without markers and feelings. Raises `ModelMissing`.
    """
    english = is_english(" ".join(cue.text for cue in cues))
    found: list[Sentence] = []
    markers: list[Marker] = []
    parts = list(passages(cues, transcript.timed))
    for number, passage in enumerate(parts, 1):
        for offset, sentence in sentences(passage):
            if english:
                markers.extend(_markers(passage, offset, sentence, len(found)))
            found.append(sentence)
        if hook:
            hook("text", _SPLITTING * number / len(parts))
    return TextObservations(
        sentences=tuple(_felt(found, hook) if english else found),
        markers=tuple(markers),
        filled_pauses_written=any(marker.kind == "filled_pause" for marker in markers),
        markers_read=english,
    )


def _felt(sentences: list[Sentence], hook: Hook | None) -> list[Sentence]:
    """The sentences with what their words convey, apart from how hesitantly they are put."""
    plain = [without(row.text, MANNER) for row in sentences]
    worded = [index for index, text in enumerate(plain) if WORD.search(text)]

    def told(done: int) -> None:
        if hook:
            hook("text", _SPLITTING + (1 - _SPLITTING) * done / len(worded))

    felt = list(sentences)
    for index, feeling in zip(worded, judge(encode([plain[i] for i in worded], told)), strict=True):
        felt[index] = replace(sentences[index], **vars(feeling))
    return felt


def _markers(passage: Passage, offset: int, sentence: Sentence, index: int) -> list[Marker]:
    return [
        Marker(
            kind=hit.kind,
            text=sentence.text[hit.start : hit.end],
            start=hit.start,
            end=hit.end,
            sentence=index,
            source=hit.source,
            at_s=passage.time_at(offset + hit.start),
        )
        for hit in find(sentence.text)
    ]
