"""Each speaker's part of the result."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from analysis_core.fusion import hesitation, said, strain, visible
from analysis_core.fusion.affect import DIMENSIONS
from analysis_core.fusion.explain import contributions
from analysis_core.fusion.features import tracks
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.joined import mean, observed_share, over
from analysis_core.fusion.looks import looks
from analysis_core.fusion.person import Person
from analysis_core.fusion.score import Score, abstains, score
from analysis_core.fusion.table import SIGNALS
from analysis_core.fusion.talk import Talk, talk
from analysis_core.fusion.voice import prosody
from analysis_core.result import Abstained, SpeakerResult, Vad, number, numbers


def rated(inputs: Inputs, people: Sequence[Person]) -> Score:
    """The score of these people together, or why there is none."""
    seen = sum(_observed(people).values()) / len(SIGNALS)
    return refused(inputs, people) or score([p.credibility for p in people], seen)


def refused(inputs: Inputs, people: Sequence[Person]) -> Score | None:
    """Why these people together get no score, or None where they get one."""
    only_words = inputs.speech is None and inputs.face is None
    talk_s = sum(float(p.credibility.talk.sum()) for p in people)
    nobody = not people and inputs.options.observed_speakers is not None
    return abstains(talk_s, _observed(people), only_words, nobody)


def _observed(people: Sequence[Person]) -> dict[str, float]:
    return {name: observed_share(people, _signal(name)) for name in SIGNALS}


def abstained(found: Score) -> Abstained | None:
    """The reason as the result has it."""
    return Abstained(found.reason, found.explanation or "") if found.reason else None


def vad(people: Sequence[Person]) -> Vad:
    """Means over the people's speech, and the change from their baseline windows to the rest."""
    means = {name: over(people, _feeling(name)) for name in DIMENSIONS}
    weights = [p.talk_s for p in people]
    sure = float(np.average([p.felt.confidence(p.talk) for p in people], weights=weights)) if sum(weights) else 0.0
    return Vad(
        valence=number(means["valence"]),
        arousal=number(means["arousal"]),
        dominance=number(means["dominance"]),
        delta_from_baseline={name: _delta(people, name) for name in DIMENSIONS},
        confidence=sure,
    )


def _delta(people: Sequence[Person], name: str) -> float | None:
    deltas, weights = [], []
    for p in people:
        values, later = p.felt.joined[name], np.where(p.base > 0, 0.0, p.talk)
        change = mean(values, later) - mean(values, p.base)
        if np.isfinite(change):
            deltas.append(change)
            weights.append(float(later.sum()))
    return float(np.average(deltas, weights=weights)) if deltas else None


def engagement(people: Sequence[Person]) -> float | None:
    """0..100, 50 at the baseline."""
    return number(100 * over(people, lambda p: strain.unit(p.signals.z["engagement"])))


def confidence(people: Sequence[Person]) -> float | None:
    """How assured the speech sounds, 0..100: composure, fluency and directness together, 50 at the baseline."""
    parts = [over(people, _signal(name)) for name in ("composure", "fluency", "directness")]
    known = [part for part in parts if np.isfinite(part)]
    return float(100 * strain.unit(np.asarray(np.mean(known)))) if known else None


def speaker(inputs: Inputs, name: str, person: Person | None, whole_s: float) -> SpeakerResult:
    """Talk figures for everybody, and the rest for those who are observed."""
    figures = talk(inputs, name)
    plain = _plain(name, figures, whole_s, observed=person is not None)
    if person is None:
        return plain
    found, people = rated(inputs, [person]), [person]
    return replace(
        plain,
        trust_score=found.value,
        abstained=abstained(found),
        trust_interval=found.interval,
        credibility_signal=numbers(person.credibility.signal),
        vad=vad(people),
        vad_series={name: numbers(person.felt.joined[name]) for name in DIMENSIONS},
        signals={name: number(mean(person.signals.z[name], person.talk)) for name in SIGNALS},
        contributions=None if found.value is None else contributions(inputs, people, found.value),
        prosody=prosody(inputs, people),
        stress_indicators=strain.stress(inputs, people),
        hesitation_map=hesitation.hesitation(inputs, people),
        hesitation_markers=said.hesitation_markers(inputs, {name}),
        emotions=said.emotions(inputs, {name}),
        confidence_score=confidence(people),
        resistance_indicator=said.resistance(inputs, people),
        sentiment_depth=said.sentiment_depth(inputs, {name}),
        engagement_score=engagement(people),
        active_aus=visible.active(inputs, tracks(inputs, name)),
        looks=looks(inputs, name),
    )


def _signal(name: str) -> Callable[[Person], Values]:
    return lambda person: person.signals.z[name]


def _feeling(name: str) -> Callable[[Person], Values]:
    return lambda person: person.felt.joined[name]


def _plain(name: str, figures: Talk, whole_s: float, observed: bool) -> SpeakerResult:
    return SpeakerResult(
        name=name,
        observed=observed,
        talk_time_s=figures.talk_time_s,
        talk_share=figures.talk_time_s / whole_s if whole_s else 0.0,
        turns=figures.turns,
        interruptions=figures.interruptions,
        longest_monologue_s=figures.longest_monologue_s,
        questions=figures.questions,
        words=figures.words,
        words_per_minute=figures.words_per_minute,
        response_latency_s=figures.response_latency_s,
        spoken=figures.spans,
    )
