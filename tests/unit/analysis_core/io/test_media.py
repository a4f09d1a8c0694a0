"""Recordings whole, cut, protected and not recordings at all. Small files are written here with the same codecs."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from analysis_core.errors import (
    AnalysisError,
    MediaEmpty,
    MediaEncrypted,
    MediaMissing,
    MediaTooLong,
    MediaUnreadable,
)
from analysis_core.io.media import Media, open_media
from analysis_core.options import Options

RATE = 48_000


def _tone(seconds: float, hertz: float = 220.0) -> NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def _write(path: Path, audio: NDArray[np.float32] | None, video_s: float = 0.0, **options: str) -> Path:
    """An MP4 or WAV of these samples, shape (n,) or (2, n), with moving grey pictures at 25 a second."""
    with av.open(str(path), "w", options=options) as container:
        pictures = container.add_stream("h264", rate=25, width=160, height=120, pix_fmt="yuv420p") if video_s else None
        codec = "pcm_s16le" if path.suffix == ".wav" else "aac"
        samples = None if audio is None else np.atleast_2d(audio).astype(np.float32)
        layout = "stereo" if samples is not None and len(samples) == 2 else "mono"
        sound = None if samples is None else container.add_stream(codec, rate=RATE, layout=layout)
        packets = list(_pictures(pictures, video_s)) + list(_sound(sound, samples, layout))
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)
    return path


def _pictures(stream: Any, seconds: float) -> Iterator[Any]:
    if stream is not None:
        for index in range(int(seconds * 25)):
            frame = av.VideoFrame.from_ndarray(np.full((120, 160, 3), index % 250, np.uint8), format="rgb24")
            yield from stream.encode(frame)
        yield from stream.encode()


def _sound(stream: Any, samples: NDArray[np.float32] | None, layout: str) -> Iterator[Any]:
    if stream is not None and samples is not None:
        for start in range(0, samples.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[:, start : start + 1024]), "fltp", layout)
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            yield from stream.encode(frame)
        yield from stream.encode()


def _heard(media: Media, channel: int | None = None) -> NDArray[np.float32]:
    return np.concatenate(list(media.audio(channel)))


def test_sound_and_pictures_keep_the_recordings_time(tmp_path: Path) -> None:
    media = open_media(_write(tmp_path / "call.mp4", _tone(12), video_s=12), Options(frames_per_second=2))

    blocks, frames = list(media.audio()), list(media.frames())

    assert media.has_audio
    assert media.has_video
    assert media.duration_s == pytest.approx(12, abs=0.1)
    assert [len(block) for block in blocks[:2]] == [80_000, 80_000]
    assert sum(map(len, blocks)) == pytest.approx(12 * 16_000, abs=1_600)
    assert np.allclose([frame.time_s for frame in frames], np.arange(len(frames)) / 2, atol=0.2)
    assert len(frames) == 24
    assert frames[0].image.shape == (120, 160, 3)
    assert media.warnings() == []


def test_a_cut_off_recording_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    whole = _write(tmp_path / "whole.mp4", _tone(30), video_s=30, movflags="faststart")
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    media = open_media(cut, Options())
    heard = _heard(media)

    assert 5 < media.duration_s < 25
    assert len(heard) / 16_000 == pytest.approx(media.duration_s, abs=1)
    assert "breaks off" in media.warnings()[0]


def test_a_recording_without_its_index_is_refused_in_words(tmp_path: Path) -> None:
    whole = _write(tmp_path / "whole.mp4", _tone(5), video_s=5)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    with pytest.raises(MediaUnreadable, match="never finished"):
        open_media(cut, Options())


def test_a_protected_recording_is_told_apart(tmp_path: Path) -> None:
    path = _write(tmp_path / "call.mp4", _tone(2), video_s=2)
    path.write_bytes(path.read_bytes().replace(b"avc1", b"encv"))

    with pytest.raises(MediaEncrypted, match="protected"):
        open_media(path, Options())


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("empty.mp4", b"", MediaEmpty),
        ("words.mp4", b"this is not a recording " * 40, MediaUnreadable),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:10,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n", MediaUnreadable),
        ("list.ffconcat", b"ffconcat version 1.0\nfile call.mp4\n", MediaUnreadable),
        ("noise.mp3", bytes(range(256)) * 8, MediaUnreadable),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, name: str, content: bytes, error: type[AnalysisError]) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(error):
        open_media(path, Options())


def test_missing_and_too_long_recordings_are_refused(tmp_path: Path) -> None:
    path = _write(tmp_path / "call.wav", _tone(4))

    with pytest.raises(MediaMissing):
        open_media(tmp_path / "nothing.mp4", Options())
    with pytest.raises(MediaTooLong):
        open_media(path, Options(max_duration_s=3))


def test_two_voices_on_two_channels_are_kept_apart(tmp_path: Path) -> None:
    voices = np.stack([_tone(20, 150), _tone(20, 240)])
    turn = np.arange(voices.shape[1]) // (2 * RATE) % 2
    media = open_media(_write(tmp_path / "call.wav", voices * np.stack([turn == 0, turn == 1])), Options())

    left, right = _heard(media, 0), _heard(media, 1)

    assert media.speaker_channels == 2
    assert np.abs(left[:16_000]).max() > 0.2
    assert np.abs(right[:16_000]).max() < 0.01


def test_ordinary_stereo_is_one_recording(tmp_path: Path) -> None:
    burst = _tone(20) * (np.arange(20 * RATE) // RATE % 2)
    media = open_media(_write(tmp_path / "room.wav", np.stack([burst, burst * 0.7])), Options())

    assert media.speaker_channels == 1
