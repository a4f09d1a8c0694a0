"""What can go wrong with an input, one class per thing its owner can do about it.

AnalysisError
├── MediaMissing        there is no such file
├── MediaEmpty          the file has no bytes
├── MediaUnreadable     not media, or nothing in it can be decoded
├── MediaEncrypted      protected by DRM or a password
├── MediaTooLong        longer than the limit
├── TranscriptUnreadable
└── ModelMissing        a weight file is absent or changed: run `make models`
"""


class AnalysisError(Exception):
    """`code` is stable and machine-readable; the message says what to do."""

    code = "analysis_error"


class MediaMissing(AnalysisError):
    """There is no file at the path."""

    code = "media_missing"


class MediaEmpty(AnalysisError):
    """The file is empty."""

    code = "media_empty"


class MediaUnreadable(AnalysisError):
    """The file is not media that can be decoded."""

    code = "media_unreadable"


class MediaEncrypted(AnalysisError):
    """The file is encrypted."""

    code = "media_encrypted"


class MediaTooLong(AnalysisError):
    """The recording is longer than `Options.max_duration_s`."""

    code = "media_too_long"


class TranscriptUnreadable(AnalysisError):
    """The transcript's format was not recognised, or it holds no cue."""

    code = "transcript_unreadable"


class ModelMissing(AnalysisError):
    """A model's weights are absent, or their checksum is wrong."""

    code = "model_missing"
