"""`analyse`: one recording, its transcript, or both, in; one explained result out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis_core.errors import MediaUnreadable
from analysis_core.fusion.fuse import fuse
from analysis_core.fusion.inputs import Inputs
from analysis_core.io.channels_joined import join_channels, turns_of_speech
from analysis_core.io.media import Media, open_media
from analysis_core.io.transcript import read_transcript
from analysis_core.io.turns import ONLY_SPEAKER, named, turns
from analysis_core.observations import (
    Cue,
    FaceObservations,
    SpeechObservations,
    TextObservations,
    Transcript,
    Turn,
)
from analysis_core.options import Hook, Options
from analysis_core.progress import Progress
from analysis_core.provenance import used_models
from analysis_core.result import Result
from analysis_core.transcription import FORMAT as ASR

_LATE_CUES_S = 5.0
_HOUR_OF_DAY_S = 6 * 3600.0
"""No call begins so late in a recording: such times are a clock's."""
_CLOCK = "The transcript's times are no times of the recording: its first words were taken to be at the start."
_ELSEWHERE = "The transcript was left aside: none of its words lie within the recording."
_CHANNEL_SPEAKERS = ("Speaker 1", "Speaker 2")


@dataclass(frozen=True)
class _Words:
    """A transcript, ready to be joined to a recording."""

    transcript: Transcript | None
    cues: tuple[Cue, ...]
    late_s: float
    warnings: tuple[str, ...] = ()

    @property
    def timed(self) -> bool:
        """Whether its cues have times."""
        return self.transcript is not None and self.transcript.timed

    @property
    def recognised(self) -> bool:
        """Whether the words were taken from the sound."""
        return self.transcript is not None and self.transcript.format == ASR

    @property
    def only_name(self) -> str:
        """The one speaker it names, or the name for a voice that nobody named."""
        names = {cue.speaker for cue in self.cues if cue.speaker}
        return names.pop() if len(names) == 1 else ONLY_SPEAKER


def analyse(
    media: str | Path | None,
    *,
    transcript: str | Path | bytes | None = None,
    options: Options | None = None,
    hook: Hook | None = None,
) -> Result:
    """Analyse a recording, a transcript (a path, or its bytes), or a recording with its transcript.

    Nothing is written anywhere. The same input gives the same result, to the byte. Raises the errors of
    `analysis_core.errors`.
    """
    options = options or Options()
    if media is None and transcript is None:
        raise MediaUnreadable("There is neither a recording nor a transcript to analyse.")
    with Progress(hook, "decode") as progress:
        progress("decode", 0.0)
        recording = open_media(media, options) if media is not None else None
        words = _words(read_transcript(transcript) if transcript is not None else None, recording)
        progress.plan(_stages(recording, words, options))
        progress("decode", 1.0)
        result = fuse(_observe(recording, words, options, progress))
        progress("fusion", 1.0)
    return result


def _observe(recording: Media | None, words: _Words, options: Options, progress: Progress) -> Inputs:
    """Everything that voice, face and words show."""
    speech, spoken = _listen(recording, words, progress)
    words = _recognise(recording, words, spoken, options, progress)
    face = _look(recording, spoken, progress)
    if recording and face and face.tracks and not recording.has_audio and not words.cues:
        face, spoken = _shown_alone(face), (Turn(0.0, recording.duration_s, ONLY_SPEAKER),)
    text = _read(words, progress)
    return Inputs(
        duration_s=recording.duration_s if recording else _length(words.cues),
        speech=speech,
        face=face,
        text=text,
        cues=words.cues,
        turns=spoken,
        timed=recording is not None or words.timed,
        speakers_told_apart=_told_apart(recording, words),
        options=options,
        has_audio=recording is not None and recording.has_audio,
        has_video=recording is not None and recording.has_video,
        words_recognised=words.recognised,
        warnings=_warnings(recording, words, options),
        models=used_models(speech, face, text, recognised=words.recognised),
    )


def _told_apart(recording: Media | None, words: _Words) -> bool:
    """Whether a transcript's times or the channels say who speaks when."""
    return (words.timed and not words.recognised) or (recording is not None and recording.speaker_channels == 2)


def _stages(recording: Media | None, words: _Words, options: Options) -> dict[str, float]:
    """How much work each stage is, roughly, by seconds of computing for a minute of recording."""
    length = recording.duration_s if recording else 0.0
    unheard = words.transcript is None and options.transcribe and recording is not None and recording.has_audio
    return {
        "decode": 0.2,
        "speech": length / 50 if recording and recording.has_audio else 0.0,
        "transcribe": 1.0 + length / 15 if unheard else 0.0,
        "face": max(min(length / 20, 16.0), length / 75) if recording and recording.has_video else 0.0,
        "text": 0.2 + len(words.cues) * 0.004 if words.cues else 0.0,
        "fusion": 0.2,
    }


def _length(cues: Sequence[Cue]) -> float:
    return max((cue.end_s for cue in cues), default=0.0)


def _words(read: Transcript | None, recording: Media | None) -> _Words:
    """The transcript's cues, without those that lie after the recording's end; no transcript where none is left."""
    if read is None:
        return _Words(None, (), 0.0)
    if not read.timed:
        return _Words(read, named(read), 0.0, read.warnings)
    first_s = min(cue.start_s for cue in read.cues)
    by_clock = first_s >= (recording.duration_s if recording else _HOUR_OF_DAY_S)
    shift_s, end_s = first_s if by_clock else 0.0, recording.duration_s if recording else math.inf
    kept = _within(named(read), shift_s, end_s)
    if not any(cue.text for cue in kept):
        return _Words(None, (), 0.0, (*read.warnings, _ELSEWHERE))
    late_s = max(0.0, _length(read.cues) - shift_s - end_s)
    return _Words(read, kept, late_s, (*read.warnings, _CLOCK) if by_clock else read.warnings)


def _within(cues: Sequence[Cue], shift_s: float, end_s: float) -> tuple[Cue, ...]:
    """The cues that much earlier, as far as they lie before the end."""
    earlier = (replace(cue, start_s=cue.start_s - shift_s, end_s=cue.end_s - shift_s) for cue in cues)
    return tuple(replace(cue, end_s=min(cue.end_s, end_s)) for cue in earlier if cue.start_s < end_s)


def _listen(
    recording: Media | None, words: _Words, progress: Progress
) -> tuple[SpeechObservations | None, tuple[Turn, ...]]:
    """What was heard, and who holds the floor when."""
    said = turns(words.cues) if words.timed else ()
    if recording is None or not recording.has_audio:
        return None, said
    from analysis_core.speech import observe  # models load on first use

    length = recording.duration_s
    if said or recording.speaker_channels == 1:
        name = words.only_name
        heard = observe(recording.audio(), said, progress.of("speech"), seconds=length, speaker=name)
        return heard, said or turns_of_speech(heard, name)
    halves = [
        observe(recording.audio(channel), (), progress.part("speech", channel, 2), seconds=length, speaker=name)
        for channel, name in enumerate(_CHANNEL_SPEAKERS)
    ]
    spoken = [
        turn for half, name in zip(halves, _CHANNEL_SPEAKERS, strict=True) for turn in turns_of_speech(half, name)
    ]
    return join_channels(halves), tuple(sorted(spoken, key=lambda turn: (turn.start_s, turn.end_s)))


def _recognise(
    recording: Media | None, words: _Words, spoken: tuple[Turn, ...], options: Options, progress: Progress
) -> _Words:
    """The words from the sound where no transcript came: those of whoever may be observed."""
    if words.transcript is not None or recording is None or not options.transcribe:
        return words
    observed = options.observed_speakers
    wanted = [turn for turn in spoken if observed is None or turn.speaker in observed]
    if not wanted:
        return words
    from analysis_core.transcription import transcribe

    found = transcribe(recording, _by_channel(recording, wanted), progress.of("transcribe"))
    return replace(words, transcript=found, cues=found.cues) if found.cues else words


def _by_channel(recording: Media, spoken: Sequence[Turn]) -> dict[int | None, list[Turn]]:
    """The turns by the channel on which they are heard, None for the mix."""
    if recording.speaker_channels == 1:
        return {None: list(spoken)}
    return {number: [t for t in spoken if t.speaker == name] for number, name in enumerate(_CHANNEL_SPEAKERS)}


def _look(recording: Media | None, spoken: tuple[Turn, ...], progress: Progress) -> FaceObservations | None:
    """What the faces showed."""
    if recording is None or not recording.has_video:
        return None
    from analysis_core.face import observe, sampling_rate

    rate = sampling_rate(recording.duration_s, recording.frames_per_second)
    told: Callable[[str, float], None] = progress
    return observe(recording.frames(rate), spoken or None, told, recording.duration_s)


def _shown_alone(seen: FaceObservations) -> FaceObservations:
    """A film without sound and words: the face that is there most is the only speaker's."""
    from analysis_core.face.speakers import shown_most

    return shown_most(seen, ONLY_SPEAKER)


def _read(words: _Words, progress: Progress) -> TextObservations | None:
    """What was said."""
    if words.transcript is None:
        return None
    from analysis_core.text.observe import observe

    return observe(words.cues, words.transcript, progress)


def _nobody_named(words: _Words) -> bool:
    return words.recognised or words.transcript is None


def _warnings(recording: Media | None, words: _Words, options: Options) -> tuple[str, ...]:
    found = [*(recording.warnings() if recording else []), *words.warnings]
    if words.recognised:
        found.append("There was no transcript: the words were recognised from the sound and may be wrong in places.")
    if recording and recording.has_audio and recording.speaker_channels == 1 and _nobody_named(words):
        found.append(f"Nobody says who speaks: all voices together are given as {ONLY_SPEAKER}.")
    if words.late_s > _LATE_CUES_S:
        found.append(f"The transcript goes on for {math.ceil(words.late_s)} s after the recording ends.")
    names = {cue.speaker for cue in words.cues if cue.speaker and not words.recognised}
    for name in sorted(options.observed_speakers or ()):
        if names and name not in names:
            found.append(f"{name} is to be observed but is not named in the transcript.")
    if options.observed_speakers is not None and not names:
        found.append("Only some people are to be observed, but no transcript says who speaks.")
    return tuple(found)
