"""A plain result in the shapes of the compatible endpoints. Pure."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from analysis_core.emotion import judge, overall, timeline
from hub.speech.errors import NoSpeech

FOURTEEN: Final = 14
_QUIET_DB: Final = 60.0
_NORMAL_90: Final = 3.29
_DEFAULT: Final = frozenset({"emotion", "prosody", "vad", "vertical"})


def wanted(features: Collection[str] | None) -> frozenset[str]:
    """What to tell: what was asked for, else everything that needs no session."""
    return _DEFAULT if features is None else frozenset(features)


def clip(result: Mapping[str, Any], features: frozenset[str], vertical: str | None) -> dict[str, Any]:
    """The fields that were asked for. Raises `NoSpeech`."""
    heard = overall(result, FOURTEEN)
    if heard is None:
        raise NoSpeech("Nobody is heard long enough to tell an emotion: send a sentence or more.")
    told: dict[str, Any] = {"duration": round(float(result["duration_s"]), 2)}
    if "emotion" in features:
        shares = {name: round(share, 4) for name, share in heard.shares.items()}
        told |= {"emotion": heard.emotion, "confidence": round(heard.confidence, 4), "emotion_probabilities": shares}
    if "vad" in features:
        told |= signed(result)
    if "prosody" in features and result["prosody"]:
        told["prosody"] = prosody(result)
    if "vertical" in features and vertical:
        found = judge(result, vertical)
        told |= {"state": found["state"], "metrics": found["metrics"]}
    return told


def signed(result: Mapping[str, Any]) -> dict[str, float]:
    """Valence, arousal and dominance on -1..1; 0 where nothing told."""
    values = {name: result["vad"].get(name) for name in ("valence", "arousal", "dominance")}
    return {name: 0.0 if value is None else round(2 * value - 1, 4) + 0.0 for name, value in values.items()}


def prosody(result: Mapping[str, Any]) -> dict[str, Any]:
    """The prosody block. Speech without a pause has pauses of no length."""
    found, rhythm = result["prosody"], result["prosody"]["rhythm"]
    return {
        "pitch": _pitch(found["pitch"]),
        "energy": {"mean": _loudness(found["energy"]["mean_db"]), "std": _scaled(found["energy"]["spread_db"])},
        "rhythm": {
            "speech_rate": rhythm["syllables_per_second"],
            "pause_rate": None if rhythm["pauses_per_minute"] is None else round(rhythm["pauses_per_minute"] / 60, 4),
            "average_pause_duration": rhythm["mean_pause_s"] or 0.0,
        },
        "voice_quality": {
            "jitter": found["voice_quality"]["jitter"],
            "shimmer": found["voice_quality"]["shimmer"],
            "hnr": found["voice_quality"]["hnr_db"],
        },
    }


def moments(result: Mapping[str, Any], size: int, interval_s: float) -> list[dict[str, Any]]:
    """One emotion for each interval; where nobody is heard long enough it is `neutral` with no confidence."""
    return [
        {
            "t": f"{int(moment.start_s) // 60:02d}:{int(moment.start_s) % 60:02d}",
            "emotion": moment.view.emotion if moment.view else "neutral",
            "confidence": round(moment.view.confidence, 6) if moment.view else 0.0,
        }
        for moment in timeline(result, size, interval_s)
    ]


def _pitch(found: Mapping[str, Any]) -> dict[str, float | None]:
    """`min` and `max` are the 5th and 95th percentile; `std` is that range over 3.29, as in a normal distribution."""
    low, high = found["low_hz"], found["high_hz"]
    spread = None if low is None or high is None else round(high - low, 2)
    deviation = None if spread is None else round(spread / _NORMAL_90, 2)
    return {"mean": found["mean_hz"], "std": deviation, "min": low, "max": high, "range": spread}


def _loudness(level_db: float | None) -> float | None:
    return None if level_db is None else round(min(1.0, max(0.0, 1 + level_db / _QUIET_DB)), 4)


def _scaled(spread_db: float | None) -> float | None:
    return None if spread_db is None else round(spread_db / _QUIET_DB, 4)
