"""The whole result from what the modalities observed."""

from collections.abc import Sequence

from analysis_core.fusion import hesitation, said, strain, visible
from analysis_core.fusion import people as parts
from analysis_core.fusion.affect import DIMENSIONS
from analysis_core.fusion.alerts import alerts
from analysis_core.fusion.coverage import coverage
from analysis_core.fusion.events import events
from analysis_core.fusion.explain import contributions
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.joined import series
from analysis_core.fusion.person import Person, person
from analysis_core.fusion.summary import summary
from analysis_core.fusion.talk import talk
from analysis_core.fusion.timeline import speakers
from analysis_core.fusion.voice import prosody, segments_of
from analysis_core.result import Numbers, Result, SpeakerResult, numbers


def fuse(inputs: Inputs) -> Result:
    """One explained result. Only observed speakers are in anything but the talk figures."""
    everyone = speakers(inputs)
    people = [person(inputs, name) for name in everyone if inputs.observed(name)]
    names = {p.name for p in people}
    scored = parts.rated(inputs, people)
    why = None if scored.value is None else contributions(inputs, people, scored.value)
    rows = _speakers(inputs, everyone, people)
    crossed, seen = alerts(inputs, people), coverage(inputs, people)
    return Result(
        duration_s=inputs.duration_s,
        trust_score=scored.value,
        abstained=parts.abstained(scored),
        trust_interval=scored.interval,
        credibility_signal=numbers(series(people, lambda p: p.credibility.signal, inputs.seconds)),
        vad=parts.vad(people),
        vad_series={name: _felt(inputs, people, name) for name in DIMENSIONS},
        active_aus=visible.active(inputs, visible.observed_tracks(inputs)),
        action_units=visible.schema(inputs),
        au_activation_map=visible.activation_map(inputs),
        events=events(inputs, people),
        resistance_indicator=said.resistance(inputs, people),
        confidence_score=parts.confidence(people),
        hesitation_map=hesitation.hesitation(inputs, people),
        stress_indicators=strain.stress(inputs, people),
        prosody=prosody(inputs, people),
        sentiment_depth=said.sentiment_depth(inputs, names),
        engagement_signal=numbers(series(people, _engaged, inputs.seconds)),
        engagement_score=parts.engagement(people),
        hesitation_markers=said.hesitation_markers(inputs, names),
        emotions=said.emotions(inputs, names),
        sentences=said.sentences(inputs, names),
        voice_segments=segments_of(inputs, names),
        alerts=crossed,
        speakers=rows,
        coverage=seen,
        contributions=why,
        summary=summary(scored.value, scored.interval, scored.explanation, why, rows, crossed, seen),
        warnings=inputs.warnings,
        models=inputs.models,
    )


def _speakers(inputs: Inputs, everyone: Sequence[str], people: Sequence[Person]) -> tuple[SpeakerResult, ...]:
    by_name = {p.name: p for p in people}
    whole_s = sum(talk(inputs, name).talk_time_s for name in everyone)
    return tuple(parts.speaker(inputs, name, by_name.get(name), whole_s) for name in everyone)


def _felt(inputs: Inputs, people: Sequence[Person], name: str) -> Numbers:
    return numbers(series(people, lambda p: p.felt.joined[name], inputs.seconds))


def _engaged(person: Person) -> Values:
    return strain.unit(person.signals.z["engagement"])
