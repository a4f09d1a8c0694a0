"""What could be seen of each modality, and what could not."""

from collections.abc import Sequence

import numpy as np

from analysis_core.fusion import features
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.joined import observed_share
from analysis_core.fusion.person import Person
from analysis_core.fusion.timeline import shares
from analysis_core.result import Coverage

_RECOGNISED = 'The words were recognised from the sound, which leaves out "um": hesitation is taken from the voice.'


def coverage(inputs: Inputs, people: Sequence[Person]) -> dict[str, Coverage]:
    """By modality the share of the observed people's speech in which it told something."""
    return {
        "speech": _speech(inputs, people),
        "face": _face(inputs, people),
        "text": _text(inputs, people),
        "text_affect": _text_affect(inputs, people),
    }


def _speech(inputs: Inputs, people: Sequence[Person]) -> Coverage:
    if not inputs.has_audio:
        return Coverage(False, 0.0, "There is no sound.")
    if inputs.speech is None or not inputs.speech.speech:
        return Coverage(True, 0.0, "No speech was found in the sound.")
    fitted = features.fit(inputs.speech.energy_db, inputs.seconds)
    share = observed_share(people, lambda _: fitted)
    note = "" if inputs.speakers_told_apart else "Voices were not told apart: figures are for everybody together."
    return Coverage(True, share, note)


def _face(inputs: Inputs, people: Sequence[Person]) -> Coverage:
    if not inputs.has_video:
        return Coverage(False, 0.0, "There is no picture.")
    if inputs.face is None or not inputs.face.frames_with_face:
        return Coverage(True, 0.0, "No face was found in the picture.")
    share = observed_share(people, lambda p: _seen(inputs, p))
    note = "" if share else "Faces were found, but none could be matched to somebody who is observed."
    return Coverage(True, share, note)


def _text(inputs: Inputs, people: Sequence[Person]) -> Coverage:
    if inputs.text is None:
        return Coverage(False, 0.0, "There is no transcript.")
    if not inputs.text.markers_read:
        return Coverage(True, 0.0, "The words are not English: hesitation and hedging in them were not read.")
    if not inputs.timed:
        return Coverage(True, 1.0, "The transcript has no times: its figures belong to no moment.")
    note = _RECOGNISED if inputs.words_recognised else ""
    return Coverage(True, observed_share(people, lambda p: _worded(inputs, p)), note)


def _text_affect(inputs: Inputs, people: Sequence[Person]) -> Coverage:
    rows = inputs.text.sentences if inputs.text else ()
    if not any(row.valence is not None for row in rows):
        note = "There is no transcript." if inputs.text is None else "Valence of the words was not estimated."
        return Coverage(False, 0.0, note)
    if not inputs.timed:
        return Coverage(True, 1.0, "")
    return Coverage(True, observed_share(people, lambda p: p.felt.parts["valence"]["text"]), "")


def _seen(inputs: Inputs, person: Person) -> Values:
    return features.face(inputs, person.name, person.talk)["expressivity"]


def _worded(inputs: Inputs, person: Person) -> Values:
    cues = [(cue.start_s, cue.end_s) for cue in inputs.cues if cue.speaker == person.name and cue.text]
    covered = shares(cues, inputs.seconds)
    return np.where(covered > 0, covered, np.nan)
