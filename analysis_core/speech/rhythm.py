"""Syllables, after de Jong & Wempe 2009, "Praat script to detect syllable nuclei and measure speech rate"."""

import numpy as np
from numpy.typing import NDArray

from analysis_core.speech.detection import Flags

_DIP_DB = 2.0
"""A nucleus stands out of its surroundings by at least this much."""
_BELOW_DB = 25.0
"""Peaks this far below the local loudest vowels are not syllables."""
_SMOOTH = np.array([1, 2, 3, 2, 1]) / 9
_LOCAL = 312
"""Frames on each side, five seconds, in which the loudest vowels are looked for."""


def nuclei(vowel_db: NDArray[np.float32], voiced: Flags) -> NDArray[np.int64]:
    """The frames that are syllable nuclei: voiced peaks of the vowels' band."""
    import scipy.ndimage
    import scipy.signal

    if len(vowel_db) < len(_SMOOTH):
        return np.zeros(0, np.int64)
    level = np.convolve(vowel_db, _SMOOTH, "same")
    peaks, _ = scipy.signal.find_peaks(level, prominence=_DIP_DB, distance=4)
    loudest = scipy.ndimage.maximum_filter1d(level, 2 * _LOCAL + 1)
    near_voice = scipy.ndimage.binary_dilation(voiced, iterations=1)
    found: NDArray[np.int64] = peaks[near_voice[peaks] & (level[peaks] >= loudest[peaks] - _BELOW_DB)]
    return found
