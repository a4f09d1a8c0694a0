"""A live stream of sound: chunks in, the newest second out. Runs in analysis processes only."""

import struct
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis_core.errors import MediaUnreadable
from analysis_core.live import LiveSession

RATE: Final = 16_000
_LENGTH: Final = struct.Struct(">H")
_FULL_SCALE: Final = 32_768.0


class LiveSound:
    """One speaker's sound: 16 kHz mono PCM, or Opus packets, each after two bytes of its length."""

    def __init__(self, encoding: str) -> None:
        self._session = LiveSession()
        self._decode = _Opus() if encoding == "opus" else _pcm

    def hear(self, chunk: bytes) -> dict[str, Any]:
        """Take the next sound; gives the newest second. Raises `MediaUnreadable` and `MediaTooLong`."""
        block = self._decode(chunk)
        if len(block):
            self._session.hear(block)
        return _told(self._session.update())

    def sum_up(self) -> dict[str, Any]:
        """The whole stream as a recording's result; nothing can be heard after that."""
        return self._session.result().to_dict()


def _pcm(chunk: bytes) -> NDArray[np.float32]:
    whole = len(chunk) // 2 * 2
    return np.frombuffer(chunk[:whole], "<i2").astype(np.float32) / _FULL_SCALE


class _Opus:
    """Decodes packets (RFC 6716) and resamples them."""

    def __init__(self) -> None:
        import av

        self._packet = av.Packet
        self._broken: type[Exception] = av.FFmpegError
        self._codec: Any = av.CodecContext.create("libopus", "r")
        self._codec.sample_rate, self._codec.layout = 48_000, "mono"
        self._resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)

    def __call__(self, chunk: bytes) -> NDArray[np.float32]:
        parts: list[NDArray[np.float32]] = []
        for packet in _packets(chunk):
            try:
                for frame in self._codec.decode(self._packet(packet)):
                    parts += [piece.to_ndarray()[0] for piece in self._resampler.resample(frame)]
            except self._broken as error:
                raise MediaUnreadable("This is not an Opus packet.") from error
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _packets(chunk: bytes) -> Iterator[bytes]:
    at = 0
    while at + _LENGTH.size <= len(chunk):
        length = _LENGTH.unpack_from(chunk, at)[0]
        yield chunk[at + _LENGTH.size : at + _LENGTH.size + length]
        at += _LENGTH.size + length


def _told(update: Any) -> dict[str, Any]:
    speaker = update.speakers[0] if update.speakers else None
    emotions = dict(speaker.emotions) if speaker and speaker.emotions else None
    return {
        "second": update.second,
        "talking": bool(speaker and speaker.talking),
        "emotion": max(emotions, key=lambda name: emotions[name]) if emotions else None,
        "emotions": _rounded(emotions),
        "vad": {**_rounded(speaker.vad), "delta_from_baseline": _rounded(speaker.delta_from_baseline)}
        if speaker
        else None,
        "signals": _rounded(speaker.signals) if speaker else None,
        "prosody": _rounded(speaker.prosody) if speaker else None,
        "alerts": [
            {"type": alert.type, "value": round(float(alert.value), 4), "threshold": alert.threshold,
             "offset_s": float(alert.offset_s)}
            for alert in update.alerts
        ],
    }  # fmt: skip


def _rounded(figures: Any) -> Any:
    if figures is None:
        return None
    return {name: None if value is None else round(float(value), 4) for name, value in figures.items()}
