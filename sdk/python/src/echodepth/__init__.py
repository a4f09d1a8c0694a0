"""Client of the EchoDepth API.

>>> from echodepth import EchoDepth
>>> client = EchoDepth(api_key="...")  # doctest: +SKIP
>>> print(client.analyse.video("call.mp4").trust_score)  # doctest: +SKIP
"""

from echodepth import errors, models, webhooks
from echodepth._async.client import AsyncEchoDepth
from echodepth._async.pages import AsyncPages
from echodepth._async.streams import AsyncStream
from echodepth._sync.client import EchoDepth
from echodepth._sync.pages import Pages
from echodepth._sync.streams import Stream
from echodepth.errors import (
    AnalysisCancelled,
    AnalysisFailed,
    AnalysisTimedOut,
    ApiError,
    ConnectionFailed,
    EchoDepthError,
    NoFaceDetected,
    NotConfigured,
    RateLimited,
    SignatureInvalid,
    StreamClosed,
    UnexpectedAnswer,
)
from echodepth.retries import RetryPolicy
from echodepth.version import __version__

Client = EchoDepth
AsyncClient = AsyncEchoDepth

__all__ = [
    "AnalysisCancelled",
    "AnalysisFailed",
    "AnalysisTimedOut",
    "ApiError",
    "AsyncClient",
    "AsyncEchoDepth",
    "AsyncPages",
    "AsyncStream",
    "Client",
    "ConnectionFailed",
    "EchoDepth",
    "EchoDepthError",
    "NoFaceDetected",
    "NotConfigured",
    "Pages",
    "RateLimited",
    "RetryPolicy",
    "SignatureInvalid",
    "Stream",
    "StreamClosed",
    "UnexpectedAnswer",
    "__version__",
    "errors",
    "models",
    "webhooks",
]
