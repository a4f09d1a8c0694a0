"""Clips on their way through the core: in a private directory, analysed while the caller waits, gone afterwards."""

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlmodel import col

from hub.accounts import usage
from hub.accounts.api_access import Caller
from hub.analysis import warm
from hub.analysis.fetching import fetch
from hub.analysis.runner import AnalysisFailed
from hub.analysis.uploads import FileSink
from hub.errors import HubError, InvalidInput, PayloadTooLarge, Unavailable
from hub.kit.ssrf import ForbiddenTarget, check_url
from hub.meetings.media import run_directory
from hub.runtime import Runtime
from hub.speech.errors import UnsupportedAudio, WrongParameters
from hub.speech.models import SpeechReading
from hub.speech.repository import SpeechReadings
from hub.speech.schemas import MOST_AUDIO_BYTES, Clip

_OURS: Final = {"analysis_crashed", "analysis_timeout", "memory_exhausted", "model_missing"}
_NO_AUDIO: Final = {"media_unreadable", "media_encrypted", "media_empty"}
_REMEMBERED: Final = timedelta(hours=24)
_CLIPS: Final = 50
_STEADY: Final = 0.02


def check_clip(runtime: Runtime, clip: Clip) -> None:
    """Raises `WrongParameters` where there is not exactly one clip, or its address can never be fetched."""
    given = [name for name in ("audio_url", "audio_base64") if getattr(clip, name)]
    if len(given) != 1:
        raise WrongParameters({"audio": ["Send one of audio, audio_url and audio_base64"]})
    if clip.audio_url:
        try:
            check_url(clip.audio_url, allow_private=runtime.settings.allow_private_inputs)
        except ForbiddenTarget as error:
            raise WrongParameters({"audio_url": [f"Invalid URL: {error}"]}) from error


async def listen_to(runtime: Runtime, caller: Caller, clip: Clip, transcript: str | None = None) -> Mapping[str, Any]:
    """The result of a clip at an address or in the body. Raises `HubError`."""
    check_clip(runtime, clip)
    async with run_directory(runtime.settings.media_dir) as directory:
        target = directory / "clip"
        if clip.audio_url:
            await _fetch(runtime, clip.audio_url, target)
        else:
            await asyncio.to_thread(_store, clip.audio_base64 or "", target)
        return await listen(runtime, caller, target, transcript)


async def listen(runtime: Runtime, caller: Caller, media: Path, transcript: str | None = None) -> Mapping[str, Any]:
    """The result of a clip on the disk. Raises `HubError`."""
    words = await asyncio.to_thread(_write_words, media, transcript)
    process = warm.pool(runtime.settings.media_dir).best_for("media")
    try:
        result: Mapping[str, Any] = await process.ask(
            "media",
            media=_absolute(media),
            transcript=words,
            options={"transcribe": False, "max_duration_s": 1800.0},
        )
    except AnalysisFailed as error:
        raise _said(error) from error
    await asyncio.to_thread(_meter, runtime, caller, float(result["duration_s"]))
    return result


def predict(runtime: Runtime, caller: Caller, session_id: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Remember the clip, and tell where the conversation is heading."""
    now = runtime.clock()
    row = SpeechReading(
        organisation_id=caller.organisation_id,
        conversation=hashlib.sha256(f"{caller.organisation_id}\n{session_id}".encode()).hexdigest(),
        emotion=str(told.get("emotion", "")),
        created_at=now,
        **{name: told[name] for name in ("valence", "arousal", "dominance")},
    )
    with runtime.database.transaction() as session:
        readings = SpeechReadings(session, caller.organisation_id)
        readings.add(row)
        newest = (
            readings.select()
            .where(SpeechReading.conversation == row.conversation, col(SpeechReading.created_at) > now - _REMEMBERED)
            .order_by(col(SpeechReading.id).desc())
            .limit(_CLIPS)
        )
        rows = list(readings.all(newest))[::-1]
    return heading([clip.valence for clip in rows], [clip.arousal for clip in rows])


def forget_readings(runtime: Runtime) -> None:
    """Delete what no prediction looks at any more."""
    old = col(SpeechReading.created_at) < runtime.clock() - _REMEMBERED
    with runtime.database.transaction() as session:
        session.connection().execute(sa.delete(SpeechReading).where(old))


def heading(valence: list[float], arousal: list[float]) -> dict[str, Any]:
    """The next clip's valence and arousal, by the straight line through those so far."""
    slope, following = _line(valence)
    trajectory = "improving" if slope > _STEADY else "declining" if slope < -_STEADY else "stable"
    return {
        "valence": following,
        "arousal": _line(arousal)[1],
        "trajectory": trajectory,
        "based_on": len(valence),
    }


def _line(values: list[float]) -> tuple[float, float]:
    if len(values) < 3:
        return 0.0, round(values[-1], 4)
    slope, start = np.polyfit(np.arange(len(values)), values, 1)
    return float(slope), round(min(1.0, max(-1.0, float(start + slope * len(values)))), 4)


async def _fetch(runtime: Runtime, url: str, target: Path) -> None:
    allow_private = runtime.settings.allow_private_inputs
    try:
        await fetch(url, target, limit_bytes=MOST_AUDIO_BYTES, allow_private=allow_private)
    except AnalysisFailed as error:
        if error.code == "payload_too_large":
            raise PayloadTooLarge("Audio file exceeds maximum size of 25MB") from error
        raise WrongParameters({"audio_url": [error.message]}) from error


def _store(encoded: str, target: Path) -> None:
    if len(encoded) > 4 * MOST_AUDIO_BYTES / 3 + 4:
        raise PayloadTooLarge("Audio file exceeds maximum size of 25MB")
    try:
        data = base64.b64decode(encoded.partition(",")[2] if encoded.startswith("data:") else encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WrongParameters({"audio_base64": ["Invalid base64"]}) from error
    sink = FileSink(target, MOST_AUDIO_BYTES)
    try:
        sink.write(data)
    finally:
        sink.close()


def _absolute(path: Path) -> str:
    return str(path.absolute())


def _write_words(media: Path, transcript: str | None) -> str | None:
    if transcript is None or not transcript.strip():
        return None
    path = media.with_name("words")
    path.write_text(transcript, encoding="utf-8")
    return str(path.absolute())


def _said(error: AnalysisFailed) -> HubError:
    if error.code in _OURS:
        return Unavailable("The clip could not be analysed right now.")
    if error.code in _NO_AUDIO:
        return UnsupportedAudio("not audio that can be decoded")
    return InvalidInput(error.message, {"code": error.code})


def _meter(runtime: Runtime, caller: Caller, seconds: float) -> None:
    now = runtime.clock()
    with runtime.database.transaction() as session:
        for kind, quantity in ((usage.ANALYSES, 1.0), (usage.MEDIA_SECONDS, seconds)):
            usage.meter(session, caller.organisation_id, caller.key_id, kind, quantity, now)
