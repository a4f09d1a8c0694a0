"""The voice: speakers, corpora, lines and rooms that the head was not fitted to, and conversations without labels."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from threadpoolctl import threadpool_limits

from analysis_core.io.media import open_media
from analysis_core.models.training import corpora, report
from analysis_core.models.training.material import Acted, Talk, acted, talks
from analysis_core.options import Options
from analysis_core.speech.clip import trim
from analysis_core.speech.embedding import embed
from analysis_core.speech.emotion import head
from bench.accuracy import filled
from bench.accuracy.degraded import ways
from bench.figures import Figures
from bench.sources import Sources

_RATE = 16_000


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """Everything about the voice; `--quick` leaves out what fits heads anew."""
    with threadpool_limits(1):
        measured = acted("ravdess_a", varied=False)
        _other_corpus(figures, measured, quick)
        conversations = talks()
        _conversations(figures, conversations)
        if not quick:
            _refitted(figures, conversations)
        filled.measure(figures, quick)
    _channels(figures, data)


def _other_corpus(figures: Figures, measured: Acted, quick: bool) -> None:
    """The shipped head on RAVDESS, actors 1-12, which never trains anything."""
    plain = report.other_corpus(head(), measured)
    figures.add("speech.emodb_to_ravdess_a4_uar", plain)
    for gender, name in (("f", "women"), ("m", "men")):
        figures.add(
            f"speech.ravdess_a4_{name}", report.other_corpus(head(), _only(measured, measured.gender == gender))
        )
    figures.add("speech.arousal_auc", report.arousal_auc(head(), measured))
    four = np.isin(measured.emotion, report.FOUR)
    audio = [clip.audio for clip, kept in zip(corpora.clips("ravdess_a"), four, strict=True) if kept]
    kept = _only(measured, four)
    for name, degrade in ways().items():
        if quick and name != "opus8k":
            continue
        heard = [embed(trim(degrade(one, number))) for number, one in enumerate(audio)]
        found = report.other_corpus(head(), replace(kept, plain=np.array(heard, np.float64)))
        figures.add(f"speech.ravdess_a4_{name}", found)
        figures.add(f"speech.ravdess_a4_{name}_drop", plain - found)


def _only(corpus: Acted, kept: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Acted:
    return replace(
        corpus,
        plain=corpus.plain[kept],
        emotion=corpus.emotion[kept],
        speaker=corpus.speaker[kept],
        gender=corpus.gender[kept],
        intensity=corpus.intensity[kept],
        voices=[voice for voice, wanted in zip(corpus.voices, kept, strict=True) if wanted],
    )


def _conversations(figures: Figures, conversations: Sequence[Talk]) -> None:
    """The shipped head on the conversations, among which are those that it was fitted to."""
    for name in ("ami", "calls"):
        neutral = [_neutral(talk)[talk.clean] for talk in conversations if talk.corpus == name and talk.clean.any()]
        figures.add(f"speech.{name}_neutral_share_shipped", float(np.mean(np.concatenate(neutral))))


def _neutral(talk: Talk) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    shares = head().heard(head().anchored(talk.embeddings, talk.speakers))
    return np.asarray(shares.argmax(1) == head().classes.index("neutral"))


def _refitted(figures: Figures, conversations: Sequence[Talk]) -> None:
    """Heads fitted without a speaker or a recording, and what they make of it."""
    corpus = acted("emodb", varied=True)
    held_out = report.LeaveOneSpeakerOut(corpus, conversations)
    figures.add("speech.emodb7_loso_uar", held_out.recall())
    figures.add("speech.emodb7_loso_women", held_out.recall(gender="f"))
    figures.add("speech.emodb7_loso_men", held_out.recall(gender="m"))
    for name in corpus.varied:
        figures.add(f"speech.emodb7_loso_{name.replace(', ', '_').replace(' ', '_')}", held_out.recall(name))
    for name in ("ami", "calls"):
        share, count = report.neutral_share(corpus, conversations, name, known=True, temperature=head().temperature)
        figures.add(f"speech.{name}_neutral_share", share)
        figures.add(f"speech.{name}_segments", count)
        share, _ = report.neutral_share(corpus, conversations, name, known=False, temperature=head().temperature)
        figures.add(f"speech.{name}_neutral_share_unknown_corpus", share)


def _channels(figures: Figures, data: Sources) -> None:
    """Agent and caller of one call as the channels of one file: 2 where they are told apart."""
    both = [soundfile.read(data.call.with_name(f"auto_repairs_40.{who}.flac"))[0] for who in ("agent", "caller")]
    length = min(map(len, both))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call.flac"
        soundfile.write(path, np.stack([one[:length] for one in both], axis=1), _RATE)
        figures.add("speech.call_channels_told_apart", open_media(path, Options()).speaker_channels)
