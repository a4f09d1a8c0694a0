"""Words out of the sound, for recordings that come without a transcript. `transcribe` is the whole API."""

from collections.abc import Callable, Mapping, Sequence

from analysis_core.io.media import Media
from analysis_core.models import release_sessions
from analysis_core.observations import Cue, Transcript, Turn

MODELS = ("whisper-base-ct2",)
"""The models that `transcribe` uses, by id in the catalogue."""

FORMAT = "asr"
"""The `Transcript.format` of recognised words. Recognisers leave out "um" and "uh": it says little of hesitation."""


def transcribe(
    recording: Media, spoken: Mapping[int | None, Sequence[Turn]], hook: Callable[[float], None] | None = None
) -> Transcript:
    """Recognise what is said in `spoken`: by channel (None for the mix) one speaker's detected turns.

    Gives a cue for each sentence or longer breath. The same sound gives the same words: nothing is drawn at random.
    Memory does not grow with the length. Raises `ModelMissing`.
    """
    from analysis_core.transcription.chunks import cut, plan
    from analysis_core.transcription.recogniser import Recogniser
    from analysis_core.transcription.sentences import cues

    release_sessions()  # the recogniser is the largest of all models, and those that heard the voice are done
    recogniser = Recogniser()
    found: list[Cue] = []
    for number, (channel, turns) in enumerate(spoken.items()):
        chunks = plan([(turn.start_s, turn.end_s) for turn in turns], recording.duration_s)
        for done, (chunk, audio) in enumerate(cut(recording.audio(channel), chunks), 1):
            found += cues(recogniser.words(audio), chunk, turns[0].speaker)
            if hook:
                hook((number + done / len(chunks)) / len(spoken))
    return Transcript(tuple(sorted(found, key=lambda cue: (cue.start_s, cue.end_s))), FORMAT)
