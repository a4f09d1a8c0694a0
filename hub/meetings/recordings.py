"""Fetches one recording and has it analysed: one step, because another machine would have no local file."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis_core.errors import TranscriptUnreadable
from analysis_core.io.transcript import read_transcript
from connectors.base.connector import Source
from connectors.base.errors import ProviderUnavailable
from connectors.base.records import RecordingFile
from hub.analysis import runner
from hub.connections.access import open_source
from hub.meetings import timeline
from hub.meetings.cases import Case, Inputs, choose_inputs
from hub.meetings.describing import store_details
from hub.meetings.media import download, run_directory
from hub.meetings.models import MeetingState
from hub.meetings.progress import ProgressWriter
from hub.meetings.purpose import Gate, apply_gate
from hub.meetings.repository import Participants
from hub.meetings.results import find_result, store_result
from hub.observability import tracing
from hub.runtime import Runtime


@dataclass(frozen=True)
class _Fetched:
    media: Path
    transcript: Path | None
    size_bytes: int
    cuts: Sequence[str]
    """What cut a download short before it went on, in words."""


async def analyse_recording(runtime: Runtime, case: Case) -> str | None:
    """The id of the stored analysis; fetches and analyses only what was not analysed before.

    None where the meeting was closed meanwhile.
    Raises the connector's errors and `hub.analysis.runner.AnalysisFailed`. No media is left behind, whatever happens.
    """
    async with run_directory(runtime.settings.media_dir) as directory:
        async with open_source(runtime, case.organisation_id, case.connection.id) as source:
            details = await source.describe(case.recording)
            inputs = choose_inputs(details)
            if known := await asyncio.to_thread(find_result, runtime, case, inputs):
                return known
            if not await asyncio.to_thread(store_details, runtime, case, details, inputs):
                return None
            fetched = await _fetch(runtime, case, source, inputs, directory)
        await asyncio.to_thread(_note_fetched, runtime, case, inputs, fetched)
        gate = await asyncio.to_thread(_gate, runtime, case, fetched.transcript)
        progress = ProgressWriter(runtime, case.meeting.id, MeetingState.ANALYSING)
        with tracing.span("analysis.process"):
            result = await runner.run(_job(runtime, directory, fetched, gate), progress)
    return await asyncio.to_thread(store_result, runtime, case, inputs, gate, result)


async def _fetch(runtime: Runtime, case: Case, source: Source, inputs: Inputs, directory: Path) -> _Fetched:
    limit = runtime.settings.max_recording_bytes
    progress = ProgressWriter(runtime, case.meeting.id, MeetingState.FETCHING)

    async def on_bytes(done: int, total: int | None) -> None:
        await progress("fetch", done / total if total else 0.0)

    def on_cut(cut: ProviderUnavailable) -> None:
        cuts.append(cut.message)

    transcript, cuts = None, list[str]()
    if inputs.transcript is not None:
        transcript = _path(directory, "transcript", inputs.transcript)
        await download(source, case.recording, inputs.transcript, transcript, limit_bytes=limit, on_cut=on_cut)
    media = _path(directory, "media", inputs.media)
    size = await download(
        source, case.recording, inputs.media, media, limit_bytes=limit, on_bytes=on_bytes, on_cut=on_cut
    )
    return _Fetched(media, transcript, size, cuts)


def _path(directory: Path, name: str, file: RecordingFile) -> Path:
    extension = "".join(character for character in file.extension.lower() if character.isalnum())[:8]
    return directory / (f"{name}.{extension}" if extension else name)


def _job(runtime: Runtime, directory: Path, fetched: _Fetched, gate: Gate) -> runner.Job:
    return runner.Job(
        directory=directory,
        media=fetched.media,
        transcript=fetched.transcript,
        observed_speakers=gate.observed,
        timeout_s=runtime.settings.analysis_timeout_s,
    )


def _gate(runtime: Runtime, case: Case, transcript: Path | None) -> Gate:
    with runtime.database.transaction() as session:
        people = Participants(session, case.organisation_id).of_meeting(case.meeting.id)
    return apply_gate(people, _speakers(transcript))


def _speakers(transcript: Path | None) -> list[str]:
    """The names in the transcript, in order of appearance; none in one that cannot be read: the core says so itself."""
    if transcript is None:
        return []
    try:
        cues = read_transcript(transcript).cues
    except TranscriptUnreadable:
        return []
    return list(dict.fromkeys(cue.speaker for cue in cues if cue.speaker))


def _note_fetched(runtime: Runtime, case: Case, inputs: Inputs, fetched: _Fetched) -> None:
    with runtime.database.transaction() as session:
        timeline.record(
            session,
            organisation_id=case.organisation_id,
            meeting_id=case.meeting.id,
            step="recording.fetched",
            key=inputs.fingerprint,
            message=_interruptions(fetched.cuts),
            details={"bytes": fetched.size_bytes, "transcript": fetched.transcript is not None},
            at=runtime.clock(),
        )


def _interruptions(cuts: Sequence[str]) -> str:
    """Why the download was begun more than once; empty when it was not."""
    if not cuts:
        return ""
    times = "once" if len(cuts) == 1 else f"{len(cuts)} times"
    return f"The download was interrupted {times} and went on where it had stopped: {'; '.join(dict.fromkeys(cuts))}."
