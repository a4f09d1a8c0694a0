"""What can be wrong with a clip, by the codes that callers know."""

from collections.abc import Mapping, Sequence
from typing import Final

from hub.errors import BadRequest, HubError, UnsupportedMedia

FORMATS: Final = ("audio/wav", "audio/mpeg", "audio/ogg", "audio/webm", "audio/flac", "audio/mp4")


class WrongParameters(BadRequest):
    """Some parameters are missing or wrong; `details` names each with what is wrong."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__("Invalid request parameters", {name: list(words) for name, words in fields.items()})


class UnsupportedAudio(UnsupportedMedia):
    """The clip is not in a format that is taken."""

    code = "unsupported_audio_format"

    def __init__(self, given: str) -> None:
        super().__init__(f"Unsupported audio format: {given}", {"supported_formats": list(FORMATS)})


class NoSpeech(HubError):
    """Nobody is heard long enough to tell anything."""

    status = 422
    code = "no_speech_detected"
