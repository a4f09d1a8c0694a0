"""Speech from espeak-ng, called in its shared library: deterministic, and no program to install."""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import espeakng_loader
import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from sandbox.recording.script import Manner

RATE_HZ = 48_000
Audio = NDArray[np.float32]

_SYNCHRONOUS = 2
_SEED = 1
_UTF8 = 1
_PHONEMES = 0x100
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_MARK = re.compile(r"\((?P<silence>[\d.]+)\)|~(?P<filled>[^~]+)~|(?P<words>[^(~]+)")
_HELD = {"um": "[[V::m]]", "uh": "[[V::]]"}
_LEAD_SAMPLES, _TAIL_SAMPLES = 480, 2400
_SILENT = 1e-3


class SpeechFailed(RuntimeError):
    """espeak-ng refused a voice or a text."""


@dataclass(frozen=True)
class Fragment:
    """A piece of a line: `kind` is `words`, `filled` or `silence`."""

    kind: str
    text: str
    audio: Audio


class Synthesizer:
    """The espeak-ng engine. Its library keeps state: the same lines repeat to the bit only in a fresh process."""

    def __init__(self) -> None:
        self._library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data_path = espeakng_loader.get_data_path().encode()
        self._rate_hz = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data_path, 0)
        if self._rate_hz <= 0:
            raise SpeechFailed(f"espeak-ng did not start: {self._rate_hz}")
        self._pieces: list[NDArray[np.int16]] = []
        callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
        self._callback = callback(self._collect)  # kept, or the library would call freed memory
        self._library.espeak_SetSynthCallback(self._callback)

    def line(self, text: str, voice: str, manner: Manner) -> list[Fragment]:
        """Speak one marked line, piece by piece."""
        return [self._fragment(kind, part, voice, manner) for kind, part in _pieces(text)]

    def _fragment(self, kind: str, text: str, voice: str, manner: Manner) -> Fragment:
        if kind == "silence":
            return Fragment(kind, "", np.zeros(round(float(text) * RATE_HZ), np.float32))
        if kind == "filled":
            held = _HELD[text.strip(" ,.").lower()]
            slow = replace(manner, rate=105, pitch_range=5)
            return Fragment(kind, text, self._speak(held, voice, slow))
        return Fragment(kind, text, self._speak(text, voice, manner))

    def _speak(self, text: str, voice: str, manner: Manner) -> Audio:
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SpeechFailed(f"no voice {voice}")
        settings = {_RATE: manner.rate, _VOLUME: manner.volume, _PITCH: manner.pitch, _RANGE: manner.pitch_range}
        for parameter, value in settings.items():
            self._library.espeak_SetParameter(parameter, value, 0)
        self._library.espeak_ng_SetRandSeed(_SEED)  # it starts from the clock, and breath noise draws from it
        self._pieces.clear()
        encoded = text.encode()
        if self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, _UTF8 | _PHONEMES, None, None) != 0:
            raise SpeechFailed(f"could not speak {text!r}")
        self._library.espeak_Synchronize()
        samples = np.concatenate(self._pieces).astype(np.float32) / 32768
        return _trimmed(resample_poly(samples, RATE_HZ, self._rate_hz).astype(np.float32))

    def _collect(self, samples: Any, count: int, _events: object) -> int:
        if samples and count > 0:
            self._pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


def plain(text: str) -> str:
    """Give a marked line as a transcript would write it."""
    words = " ".join(part.strip() for kind, part in _pieces(text) if kind != "silence")
    return re.sub(r"\s+", " ", words)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    for match in _MARK.finditer(text):
        kind = match.lastgroup or ""
        if match[kind].strip():
            yield kind, match[kind]


def _trimmed(audio: Audio) -> Audio:
    """Cut the silence that the engine puts around each utterance."""
    heard = np.flatnonzero(np.abs(audio) > _SILENT)
    return audio[max(0, heard[0] - _LEAD_SAMPLES) : heard[-1] + _TAIL_SAMPLES]
