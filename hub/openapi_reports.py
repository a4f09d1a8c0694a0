"""Examples of reports for the OpenAPI document: one short call, told whole, and what other inputs have of it."""

from typing import Any, Final

_DANA: Final = "Dana Reyes"
_EMOTIONS: Final = {"anger": 0.01, "boredom": 0.02, "disgust": 0.0, "fear": 0.01, "joy": 0.05, "neutral": 0.89,
                    "sadness": 0.02}  # fmt: skip
_SAID: Final = {"anger": 0.02, "disgust": 0.0, "fear": 0.04, "joy": 0.31, "neutral": 0.55, "sadness": 0.01,
                "surprise": 0.07}  # fmt: skip
_SENTENCE: Final = "I think we could, um, maybe start in March."

VAD: Final = {
    "valence": 0.61, "arousal": 0.83, "dominance": 0.43,
    "delta_from_baseline": {"valence": -0.18, "arousal": 0.29, "dominance": -0.22}, "confidence": 0.74,
}  # fmt: skip
_SERIES: Final = {"valence": [0.64, 0.6, None, 0.59], "arousal": [0.78, 0.8, None, 0.91],
                  "dominance": [0.45, 0.44, None, 0.4]}  # fmt: skip
_SMILE: Final = {"code": 12, "name": "Lip corner puller", "source": "blendshape", "supported": True,
                 "intensity": 0.41, "active": True, "confidence": 0.9}  # fmt: skip
_HESITATION: Final = {
    "per_second": [0.35, 0.71, None, 0.66],
    "spans": [{"start_s": 1.0, "end_s": 4.0, "speaker": _DANA, "intensity": 0.71,
               "causes": {"filled_pause": 1.0, "long_pause_s": 0.6}}],
}  # fmt: skip
_STRESS: Final = {
    "level": 0.57, "per_second": [0.5, 0.56, None, 0.64], "indicators": {"pitch_st": 0.8, "tension": 0.3},
    "peaks": [{"start_s": 1.0, "end_s": 4.0, "speaker": _DANA, "intensity": 0.64}],
}  # fmt: skip
_PROSODY: Final = {
    "pitch": {"mean_hz": 190.7, "median_hz": 187.3, "low_hz": 153.9, "high_hz": 223.7, "range_st": 2.0,
              "voiced_share": 0.66},
    "energy": {"mean_db": -28.2, "spread_db": 2.6},
    "rhythm": {"syllables_per_second": 4.2, "pauses_per_minute": 2.7, "mean_pause_s": 0.4, "pause_share": 0.02,
               "filled_pauses_per_minute": 1.3},
    "voice_quality": {"jitter": 0.006, "shimmer": 0.147, "hnr_db": 15.4},
}  # fmt: skip
_MARKERS: Final = {
    "words": 9, "filled_pauses": "words and sound",
    "kinds": {"filled_pause": {"group": "hesitation", "count": 1, "per_100_words": 11.1, "band": None}},
    "items": [{"kind": "filled_pause", "text": "um", "at_s": 1.4, "speaker": _DANA, "sentence": _SENTENCE, "start": 18,
               "end": 20, "source": "markers:filled_pause.1"}],
}  # fmt: skip
_CONTRIBUTIONS: Final = {
    "signals": [{"signal": "fluency", "points": 12.4, "observed_share": 1.0}],
    "moments": [{"start_s": 0.6, "end_s": 4.0, "speaker": _DANA, "points": 12.4, "strongest_signal": "fluency",
                 "text": _SENTENCE}],
}  # fmt: skip
_MODELS: Final = [{"id": "silero-vad", "name": "Silero VAD", "version": "6", "licence": "MIT",
                   "sha256": "4cbf549b8326f60f80f2536d9eefeb45"}]  # fmt: skip
_SEEN: Final = {"available": True, "share": 1.0, "note": ""}
_UNSEEN: Final = {"available": False, "share": 0.0, "note": "There is no picture."}

_SCORED: Final = {
    "trust_score": 62.4, "abstained": None, "trust_interval": [55.1, 69.0],
    "credibility_signal": [0.61, 0.58, None, 0.64], "contributions": _CONTRIBUTIONS,
}  # fmt: skip
_VOICE: Final = {"vad": VAD, "vad_series": _SERIES, "prosody": _PROSODY, "stress_indicators": _STRESS,
                 "emotions": {"voice": _EMOTIONS, "words": _SAID}}  # fmt: skip
_WORDS: Final = {"confidence_score": 48.4, "hesitation_map": _HESITATION, "hesitation_markers": _MARKERS,
                 "sentiment_depth": 0.28, "resistance_indicator": 0.57, "engagement_score": 54.2}  # fmt: skip
_WHY: Final = "Only words were available; a score needs the voice or the face."
_TALK: Final = {"name": _DANA, "observed": True, "talk_time_s": 3.4, "talk_share": 1.0, "turns": 1, "interruptions": 0,
                "longest_monologue_s": 3.4, "questions": 0, "words": 9, "words_per_minute": 158.8,
                "response_latency_s": None, "spoken": [[0.6, 4.0]]}  # fmt: skip

AUDIO: Final[dict[str, Any]] = {
    "duration_s": 4.0, **_SCORED, **_VOICE, **_WORDS, "engagement_signal": [0.55, 0.53, None, 0.54],
    "events": [{"type": "words.hesitation", "start_s": 1.4, "end_s": 1.4, "speaker": _DANA, "strength": 1.0,
                "evidence": {"marker": "filled_pause", "words": "um"}}],
    "alerts": [{"type": "arousal_high", "threshold": 0.8, "value": 0.91, "offset_s": 3.0, "speaker": _DANA}],
    "sentences": [{"text": _SENTENCE, "speaker": _DANA, "start_s": 0.6, "end_s": 4.0, "valence": 0.61, "arousal": 0.5,
                   "dominance": 0.44, "emotions": _SAID, "markers": ["filled_pause"]}],
    "voice_segments": [{"start_s": 0.6, "end_s": 4.0, "speaker": _DANA, "valence": 0.6, "arousal": 0.8,
                        "dominance": 0.4, "emotions": _EMOTIONS, "confidence": 0.92}],
    "speakers": [{**_TALK, **_SCORED, **_VOICE, **_WORDS, "signals": {"fluency": 0.6, "composure": -0.2}}],
    "coverage": {"speech": _SEEN, "face": _UNSEEN, "text": _SEEN, "text_affect": _SEEN},
    "summary": "Trust Score 62 of 100 (90 % interval 55 to 69; 50 is how the speakers usually come across).",
    "warnings": [], "models": _MODELS,
}  # fmt: skip
VIDEO: Final[dict[str, Any]] = {
    **AUDIO,
    "active_aus": [12],
    "action_units": [{**_SMILE, "peak": 0.8}],
    "au_activation_map": [{"face": 1, "speaker": _DANA, "times_s": [0.0, 0.5], "codes": {"12": [0.2, 0.8]}}],
    "coverage": {"speech": _SEEN, "face": _SEEN, "text": _SEEN, "text_affect": _SEEN},
}
TEXT: Final[dict[str, Any]] = {
    **AUDIO,
    "trust_score": None,
    "trust_interval": None,
    "abstained": {"reason": "words_only", "explanation": _WHY},
    "contributions": None, "prosody": None, "voice_segments": [], "speakers": [],
    "emotions": {"voice": None, "words": _SAID},
    "stress_indicators": {"level": None, "per_second": [None] * 4, "indicators": {}, "peaks": []},
    "coverage": {"speech": _UNSEEN, "face": _UNSEEN, "text": _SEEN, "text_affect": _SEEN},
    "summary": f"No Trust Score: {_WHY}",
}  # fmt: skip
_FACE_VAD: Final = {"valence": 0.66, "arousal": 0.58, "dominance": 0.51, "confidence": 0.9}
IMAGE: Final[dict[str, Any]] = {
    "duration_s": 0.0,
    "images": [{"index": 0, "width": 1280, "height": 720, "faces": [
        {"face": 1, "box": {"x": 0.31, "y": 0.18, "width": 0.24, "height": 0.43}, "vad": _FACE_VAD, "active_aus": [12],
         "action_units": [_SMILE], "expression": "happiness", "expressions": {"happiness": 0.7, "neutral": 0.3},
         "engagement_score": 91.0}]}],
    "face_count": 1, "vad": _FACE_VAD, "active_aus": [12], "engagement_score": 91.0, "expression": "happiness",
    "summary": "One face in one picture; the expressions are closest to happiness.",
}  # fmt: skip
MULTIMODAL: Final[dict[str, Any]] = {**VIDEO, "modalities": {"video": VIDEO, "image": IMAGE}}

REPORTS: Final = {"video": VIDEO, "audio": AUDIO, "text": TEXT, "image": IMAGE, "multimodal": MULTIMODAL}
