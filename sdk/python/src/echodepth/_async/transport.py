"""Sends calls: signed with the key, tried again where that is safe, and answered with models or errors."""

from typing import TypeVar

import httpx

from echodepth._async.waiting import sleep
from echodepth.answers import error_of
from echodepth.calls import Call
from echodepth.config import Config
from echodepth.errors import ConnectionFailed, EchoDepthError, TimedOut
from echodepth.files import opened
from echodepth.models.base import Model
from echodepth.retries import RetryPolicy

Answer = TypeVar("Answer", bound=Model)


class AsyncTransport:
    """One connection pool to one hub."""

    def __init__(self, config: Config, policy: RetryPolicy, http: httpx.AsyncClient) -> None:
        self.config = config
        self.policy = policy
        self._http = http

    async def ask(self, call: Call, model: type[Answer]) -> Answer:
        """The answer as this model. Raises `ApiError` and `ConnectionFailed`."""
        return model.model_validate_json((await self.send(call)).content)

    async def send(self, call: Call) -> httpx.Response:
        """The successful answer. Raises `ApiError` and `ConnectionFailed`."""
        retry, unanswered = 0, False
        while True:
            try:
                return await self._once(call)
            except EchoDepthError as error:
                wait = self.policy.wait(retry, error, unanswered_before=unanswered)
                if wait is None or not call.replayable:
                    raise
                unanswered = unanswered or isinstance(error, ConnectionFailed)
            retry += 1
            await sleep(wait)

    async def _once(self, call: Call) -> httpx.Response:
        try:
            with opened(call.files) as files:
                response = await self._http.send(self._request(call, files))
        except httpx.TimeoutException as error:
            raise TimedOut(f"No answer in time ({type(error).__name__}).") from error
        except httpx.RequestError as error:
            raise ConnectionFailed(f"No answer ({type(error).__name__}: {error}).") from error
        if response.is_success:
            return response
        headers = {name.lower(): value for name, value in response.headers.items()}
        raise error_of(response.status_code, headers, response.content)

    def _request(self, call: Call, files: object) -> httpx.Request:
        timeout = self._http.timeout
        if call.read_s is not None:
            timeout = httpx.Timeout(timeout.connect, read=call.read_s, write=timeout.write, pool=timeout.pool)
        return self._http.build_request(
            call.method,
            f"{self.config.base_url}{call.path}",
            params=dict(call.params),
            json=call.json,
            data=dict(call.fields) or None,
            files=files or None,  # type: ignore[arg-type]
            headers={**self.config.headers(), **call.headers()},
            timeout=timeout,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
