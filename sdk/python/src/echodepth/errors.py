"""Every error this package raises on purpose, one class for each way of going on.

EchoDepthError
├── NotConfigured            no API key, or a key or base URL that cannot be one: see ECHODEPTH_API_KEY
├── ConnectionFailed         no answer came: the network, or nobody listens
│   └── TimedOut             ... within the time-out
├── UnexpectedAnswer         something answered that is not the hub: check the base URL, and proxies in between
├── ApiError                 the hub answered with an error: status, code, request_id, details, retry_after
│   ├── BadRequest      400  the request cannot be understood
│   ├── Unauthorized    401  the key is missing, wrong, revoked or expired
│   ├── Forbidden       403  the key may not do this
│   ├── NotFound        404  no such thing in your organisation
│   ├── Conflict        409  its current state does not allow this
│   ├── PayloadTooLarge 413  send something smaller
│   ├── UnsupportedMedia 415 send another format
│   ├── InvalidInput    422  understood, but not acceptable
│   │   └── NoFaceDetected   no face in the frame: check lighting and framing
│   ├── RateLimited     429  wait `retry_after` seconds, until `resets_at`
│   └── ServerError     5xx  a fault of the hub: quote `request_id` to support
│       └── Unavailable 503  come back after `retry_after` seconds
├── AnalysisFailed           the input could not be analysed: job_id, code
├── AnalysisCancelled        somebody cancelled it
├── AnalysisTimedOut         it was not done in time and goes on: ask for `job_id` later
├── StreamClosed             the session has ended, or the connection could not be made again
└── SignatureInvalid         a webhook that did not come from the hub, or was changed or replayed
"""

from collections.abc import Mapping
from typing import Any


class EchoDepthError(Exception):
    """Everything below."""


class NotConfigured(EchoDepthError):
    """Something needed is missing from the arguments and the environment."""


class ConnectionFailed(EchoDepthError):
    """No answer came."""


class TimedOut(ConnectionFailed):
    """No answer came in time."""


class UnexpectedAnswer(EchoDepthError):
    """What came is not what the hub answers: most often the base URL leads elsewhere."""


class ApiError(EchoDepthError):
    """The hub refused. `code` is stable; `retry_after` is seconds, and None where the hub named none.

    `message` is the hub's; the text of the error also has what `details` say of single fields.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str,
        request_id: str | None = None,
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        told = _explained(message, details or {})
        super().__init__(f"{told} (status {status}, code {code}, request {request_id or 'unknown'})")
        self.message = message
        self.status = status
        self.code = code
        self.request_id = request_id
        self.details = dict(details or {})
        self.retry_after = retry_after
        self.headers = dict(headers or {})


class BadRequest(ApiError):
    """The request cannot be understood."""


class Unauthorized(ApiError):
    """The key is missing, wrong, revoked or expired."""


class Forbidden(ApiError):
    """The key may not do this."""


class NotFound(ApiError):
    """There is no such thing in your organisation."""


class Conflict(ApiError):
    """The thing's current state does not allow this."""


class PayloadTooLarge(ApiError):
    """What was sent is over the limit."""


class UnsupportedMedia(ApiError):
    """The format is not taken."""


class InvalidInput(ApiError):
    """Understood, but not acceptable; `details` says what is wrong."""


class NoFaceDetected(InvalidInput):
    """The frame shows no face."""


class RateLimited(ApiError):
    """Too many calls for the plan."""

    @property
    def limit(self) -> int | None:
        """Requests a minute; None without a limit."""
        return _number(self.headers.get("x-ratelimit-limit"))

    @property
    def remaining(self) -> int | None:
        """Requests left until then."""
        return _number(self.headers.get("x-ratelimit-remaining"))

    @property
    def resets_at(self) -> int | None:
        """When the count starts again, in seconds since 1970."""
        return _number(self.headers.get("x-ratelimit-reset"))


class ServerError(ApiError):
    """A fault of the hub."""


class Unavailable(ServerError):
    """Nothing is wrong with the request, but it cannot be served right now."""


class AnalysisFailed(EchoDepthError):
    """The input could not be analysed; sending it again gives the same."""

    def __init__(self, message: str, *, job_id: str, code: str, request_id: str | None = None) -> None:
        super().__init__(f"{message} (code {code}, job {job_id})")
        self.message = message
        self.job_id = job_id
        self.code = code
        self.request_id = request_id


class AnalysisCancelled(EchoDepthError):
    """The analysis was cancelled."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"The analysis {job_id} was cancelled.")
        self.job_id = job_id


class AnalysisTimedOut(EchoDepthError):
    """The analysis goes on; `results.wait(job_id)` waits for it again, `results.cancel(job_id)` ends it."""

    def __init__(self, job_id: str, seconds: float) -> None:
        super().__init__(f"The analysis {job_id} was not done within {seconds:g} s; it goes on.")
        self.job_id = job_id


class StreamClosed(EchoDepthError):
    """The stream is over. `session_ended` tells the end of the session from a lost connection."""

    def __init__(self, message: str, *, session_ended: bool) -> None:
        super().__init__(message)
        self.session_ended = session_ended


class SignatureInvalid(EchoDepthError):
    """Do not trust this webhook."""


_BY_CODE: Mapping[str, type[ApiError]] = {"no_face_detected": NoFaceDetected}
_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: PayloadTooLarge,
    415: UnsupportedMedia,
    422: InvalidInput,
    429: RateLimited,
    503: Unavailable,
}


def error_class(status: int, code: str) -> type[ApiError]:
    """The class of an answer."""
    fallback = ServerError if status >= 500 else ApiError
    return _BY_CODE.get(code) or _BY_STATUS.get(status, fallback)


def _explained(message: str, details: Mapping[str, Any]) -> str:
    """With what is wrong, by field: `details` has words for each in `fields`, or lists of words by name."""
    fields = details.get("fields")
    told = dict(fields) if isinstance(fields, Mapping) else {}
    told |= {name: ", ".join(map(str, words)) for name, words in details.items() if isinstance(words, list)}
    reasons = [f"{name}: {words}." for name, words in told.items() if str(words) not in message]
    return " ".join([f"{message.removesuffix('.')}.", *reasons]) if reasons else message


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None
