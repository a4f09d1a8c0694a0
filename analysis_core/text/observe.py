"""The text modality: a transcript in, sentences and markers out."""

from collections.abc import Sequence

from analysis_core.observations import Cue, Marker, Sentence, TextObservations, Transcript
from analysis_core.options import Hook
from analysis_core.text.language import is_english
from analysis_core.text.markers import find
from analysis_core.text.sentences import Passage, passages, sentences


def observe(cues: Sequence[Cue], transcript: Transcript, hook: Hook | None = None) -> TextObservations:
    """Read the cues, each with a speaker. Text in another language than English gives sentences without markers."""
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
            hook("text", number / len(parts))
    return TextObservations(
        sentences=tuple(found),
        markers=tuple(markers),
        filled_pauses_written=any(marker.kind == "filled_pause" for marker in markers),
        markers_read=english,
    )


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
