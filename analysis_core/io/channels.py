"""Tells a stereo call with one speaker a channel from ordinary stereo."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis_core.io.audio import SAMPLE_RATE, samples
from analysis_core.io.packets import Damage

_LISTEN_S = 180
_FRAME = SAMPLE_RATE // 20
_ACTIVE_DBFS = -50.0
_ACTIVE_SHARE = 0.03
_SAME_WAVE = 0.5
_SAME_LOUDNESS = 0.35


def one_speaker_a_channel(path: Path, stream: int) -> bool:
    """True when two channels carry different voices: neither their waves nor their loudness go together.

    Listens to the first three minutes. Room stereo differs in its waves but gets loud at the same moments.
    """
    energy, cross = _statistics(path, stream)
    if not len(energy):
        return False
    level = 10 * np.log10(energy / _FRAME + 1e-12)
    active = level > _ACTIVE_DBFS
    if (active.mean(0) < _ACTIVE_SHARE).any():
        return False
    total = energy.sum(0)
    wave = abs(cross.sum()) / np.sqrt(total[0] * total[1] + 1e-12)
    anyone = active.any(1)
    loudness = np.corrcoef(np.clip(level[anyone], -70, None).T)[0, 1]
    return bool(wave < _SAME_WAVE and loudness < _SAME_LOUDNESS)


def _statistics(path: Path, stream: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Energy per 50 ms and channel, shape (n, 2), and the cross product of the channels, shape (n,)."""
    energies, crosses, heard = [], [], 0
    rest = np.zeros((2, 0), np.float32)
    for _, array in samples(path, stream, "stereo", Damage()):
        rest = np.concatenate([rest, array], axis=1)
        whole = rest.shape[1] // _FRAME * _FRAME
        frames = rest[:, :whole].reshape(2, -1, _FRAME).astype(np.float64)
        energies.append((frames**2).sum(2).T)
        crosses.append((frames[0] * frames[1]).sum(1))
        rest, heard = rest[:, whole:], heard + whole
        if heard > _LISTEN_S * SAMPLE_RATE:
            break
    if not energies:
        return np.zeros((0, 2)), np.zeros(0)
    return np.concatenate(energies), np.concatenate(crosses)
