"""Sends calls: signed with the key, tried again where that is safe, and answered with models or errors."""

from typing import TypeVar

import httpx
from pydantic import ValidationError

from echodepth._sync.waiting import sleep
from echodepth.answers import error_of, unexpected
from echodepth.calls import Call
from echodepth.config import Config
from echodepth.errors import ConnectionFailed, EchoDepthError, TimedOut
from echodepth.files import opened
from echodepth.models.base import Model
from echodepth.retries import RetryPolicy, Tries

Answer = TypeVar("Answer", bound=Model)


class Transport:
    """One connection pool to one hub."""

    def __init__(self, config: Config, policy: RetryPolicy, http: httpx.Client) -> None:
        self.config = config
        self.policy = policy
        self._http = http

    def ask(self, call: Call, model: type[Answer]) -> Answer:
        """The answer as this model. Raises `ApiError`, `ConnectionFailed` and `UnexpectedAnswer`."""
        response = self.send(call)
        try:
            return model.model_validate_json(response.content)
        except ValidationError as error:
            raise unexpected(response.url, response.headers.get("content-type")) from error

    def send(self, call: Call) -> httpx.Response:
        """The successful answer. Raises `ApiError` and `ConnectionFailed`."""
        tries = Tries(self.policy, max(self.policy.patience_s, self._timeout(call).read or 0.0))
        while True:
            try:
                return self._once(call)
            except EchoDepthError as error:
                wait = tries.wait(error)
                if wait is None or not call.replayable:
                    raise
            sleep(wait)

    def _once(self, call: Call) -> httpx.Response:
        try:
            with opened(call.files) as files:
                response = self._http.send(self._request(call, files))
        except httpx.TimeoutException as error:
            raise TimedOut(f"No answer in time ({type(error).__name__}).") from error
        except httpx.RequestError as error:
            raise ConnectionFailed(f"No answer ({type(error).__name__}: {error}).") from error
        if response.is_success:
            return response
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise error_of(response.status_code, headers, response.content, response.url)

    def _request(self, call: Call, files: object) -> httpx.Request:
        return self._http.build_request(
            call.method,
            f"{self.config.base_url}{call.path}",
            params=dict(call.params),
            json=call.json,
            data=dict(call.fields) or None,
            files=files or None,  # type: ignore[arg-type]
            headers={**self.config.headers(), **call.headers()},
            timeout=self._timeout(call),
        )

    def _timeout(self, call: Call) -> httpx.Timeout:
        usual = self._http.timeout
        if call.read_s is None:
            return usual
        return httpx.Timeout(usual.connect, read=call.read_s, write=usual.write, pool=usual.pool)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
