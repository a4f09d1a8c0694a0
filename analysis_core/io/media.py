"""A recording, opened and looked over once, ready to be streamed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av.error

from analysis_core.errors import MediaEmpty, MediaEncrypted, MediaMissing, MediaTooLong, MediaUnreadable
from analysis_core.io.audio import audio_blocks
from analysis_core.io.channels import one_speaker_a_channel
from analysis_core.io.packets import Damage, decoded, demuxed, open_container, start_s
from analysis_core.io.protection import refuse_protected
from analysis_core.io.video import video_frames
from analysis_core.observations import Block, Frame
from analysis_core.options import Options

_MISSING_TAIL_S = 2.0
_ATTACHED_PICTURE = 0x400


@dataclass(frozen=True)
class Media:
    """A readable recording. `speaker_channels` is 2 when each stereo channel carries one speaker, else 1."""

    path: Path
    duration_s: float
    audio_stream: int | None
    video_stream: int | None
    speaker_channels: int
    frames_per_second: float
    missing_tail_s: float
    unreadable: tuple[str, ...] = ()
    """Kinds of track, `sound` or `picture`, that the file has but of which nothing decodes."""
    damage: Damage = field(default_factory=Damage)

    @property
    def has_audio(self) -> bool:
        """Whether there is sound that decodes."""
        return self.audio_stream is not None

    @property
    def has_video(self) -> bool:
        """Whether there are pictures that decode."""
        return self.video_stream is not None

    def audio(self, channel: int | None = None) -> Iterator[Block]:
        """Blocks of 16 kHz samples; `channel` 0 or 1 for one of two speaker channels, None for the mix."""
        if self.audio_stream is None:
            return iter(())
        return audio_blocks(self.path, self.audio_stream, self.duration_s, self.damage, channel)

    def frames(self, per_second: float | None = None) -> Iterator[Frame]:
        """Sampled pictures in order of time, `Options.frames_per_second` of them unless told otherwise."""
        if self.video_stream is None:
            return iter(())
        rate = per_second or self.frames_per_second
        return video_frames(self.path, self.video_stream, self.duration_s, rate, self.damage)

    def warnings(self) -> list[str]:
        """What was wrong with the file, in words. Complete once it has been streamed."""
        found = []
        if self.missing_tail_s > _MISSING_TAIL_S:
            found.append(
                f"The recording breaks off: {self.duration_s:.0f} s could be read, "
                f"{self.missing_tail_s:.0f} s that its header announces are missing."
            )
        found += [f"The file has a {track} track, but nothing in it can be decoded." for track in self.unreadable]
        if self.damage.packets:
            found.append("Parts of the recording are damaged and were left out.")
        return found


def open_media(path: str | Path, options: Options) -> Media:
    """Look a recording over without decoding it.

    Raises `MediaMissing`, `MediaEmpty`, `MediaEncrypted`, `MediaTooLong`, and `MediaUnreadable` when nothing decodes.
    """
    path = Path(path)
    _refuse_nothing(path)
    refuse_protected(path)
    with open_container(path) as container:
        _refuse_encrypted_streams(container)
        announced = container.duration / 1_000_000 if container.duration else 0.0
        audio = _first_that_decodes(path, container.streams.audio)
        pictures = [stream for stream in container.streams.video if not _is_cover(stream)]
        video = _first_that_decodes(path, pictures)
        tracks = {"sound": (container.streams.audio, audio), "picture": (pictures, video)}
        if audio is None and video is None:
            raise MediaUnreadable("The file holds no sound and no picture that can be decoded.")
        _refuse_long(announced, options)
        read = _readable_s(container)
    duration = read or announced
    _refuse_long(duration, options)
    if duration <= 0:
        raise MediaUnreadable("The recording has no length: nothing in it can be decoded.")
    return Media(
        path=path,
        duration_s=duration,
        audio_stream=audio,
        video_stream=video,
        speaker_channels=_speaker_channels(path, audio),
        frames_per_second=options.frames_per_second,
        missing_tail_s=max(0.0, announced - duration),
        unreadable=tuple(name for name, (streams, readable) in tracks.items() if streams and readable is None),
    )


def _refuse_nothing(path: Path) -> None:
    if not path.is_file():
        raise MediaMissing(f"There is no file at {path}.")
    if path.stat().st_size == 0:
        raise MediaEmpty("The file is empty (0 bytes).")


def _refuse_long(duration_s: float, options: Options) -> None:
    if duration_s > options.max_duration_s:
        raise MediaTooLong(
            f"The recording is {duration_s / 3600:.1f} hours long; "
            f"at most {options.max_duration_s / 3600:.1f} are analysed."
        )


def _refuse_encrypted_streams(container: Any) -> None:
    if any("enc_key_id" in stream.metadata for stream in container.streams):
        raise MediaEncrypted("The recording is protected (DRM). Export it without protection and try again.")


def _is_cover(stream: Any) -> bool:
    return bool(int(stream.disposition) & _ATTACHED_PICTURE)


def _first_that_decodes(path: Path, streams: Any) -> int | None:
    for stream in streams:
        if stream.codec_context is not None and _decodes(path, stream.index):
            return int(stream.index)
    return None


def _decodes(path: Path, index: int) -> bool:
    damage = Damage()
    with open_container(path) as container:
        for _ in decoded(container, container.streams[index], damage):
            return True
    return False


def _readable_s(container: Any) -> float:
    """Where the last readable packet ends: headers lie about files that were cut off, and some say nothing."""
    streams = [stream for stream in container.streams if stream.type in ("audio", "video")]
    ends = {stream.index: 0 for stream in streams}  # in ticks of each: an hour has a quarter of a million packets
    with suppress(av.error.FFmpegError):
        for packet in demuxed(container):
            index = packet.stream_index
            if packet.pts is not None and index in ends:
                ends[index] = max(ends[index], packet.pts + (packet.duration or 0))
    last = max((float(ends[stream.index] * stream.time_base) for stream in streams if stream.time_base), default=0.0)
    return max(0.0, last - start_s(container))


def _speaker_channels(path: Path, audio: int | None) -> int:
    if audio is None:
        return 1
    with open_container(path) as container:
        if container.streams[audio].codec_context.channels != 2:
            return 1
    return 2 if one_speaker_a_channel(path, audio) else 1
