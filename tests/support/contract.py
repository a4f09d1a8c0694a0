"""Checking a real exchange against a provider's OpenAPI description, when that is at hand."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError

SPECS = Path(__file__).parents[3] / "shared" / "providers" / "specs"


class Contract:
    """One provider's description, moved to where the simulator is."""

    def __init__(self, document: dict[str, Any], prefix: str) -> None:
        self._document = document
        self._prefix = prefix
        self._by_base: dict[str, OpenAPI] = {}

    def problems(self, answer: httpx.Response) -> list[str]:
        """What is wrong with the request or with its answer."""
        url = answer.request.url
        base = f"{url.scheme}://{url.netloc.decode()}{self._prefix}"
        request, response = _Request(answer.request), _Response(answer)
        return [*self._request_problems(base, request), *self._response_problems(base, request, response)]

    def _request_problems(self, base: str, request: "_Request") -> list[str]:
        try:
            self._at(base).validate_request(request)
        except OpenAPIError as error:
            return _words(error)
        return []

    def _response_problems(self, base: str, request: "_Request", response: "_Response") -> list[str]:
        try:
            self._at(base).validate_response(request, response)
        except OpenAPIError as error:
            return _words(error)
        return []

    def _at(self, base: str) -> OpenAPI:
        if base not in self._by_base:
            self._by_base[base] = OpenAPI.from_dict(self._document | {"servers": [{"url": base}]})
        return self._by_base[base]


def contract_of(provider: str, prefix: str = "") -> Contract:
    """The description of a provider; skips the test where it is not at hand."""
    path = SPECS / f"{provider}.openapi31.json"
    if not path.is_file():
        pytest.skip("the providers' descriptions are not here")
    return Contract(json.loads(path.read_text()), prefix)


class _Request:
    """An httpx request as openapi-core wants it."""

    def __init__(self, request: httpx.Request) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        self._request = request
        self.host_url = f"{request.url.scheme}://{request.url.netloc.decode()}"
        self.path = request.url.raw_path.decode().partition("?")[0]
        self.method = request.method.lower()
        self.content_type = request.headers.get("content-type", "")
        self.body = request.content or None
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.url.params.multi_items()), header=Headers(dict(request.headers))
        )


class _Response:
    """An httpx answer as openapi-core wants it."""

    def __init__(self, response: httpx.Response) -> None:
        from werkzeug.datastructures import Headers

        self.data = response.content or None
        self.status_code = response.status_code
        self.content_type = response.headers.get("content-type", "").partition(";")[0]
        self.headers = Headers(dict(response.headers))


def _words(error: OpenAPIError) -> list[str]:
    causes = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or error]
    return [
        f"{type(error).__name__}: {getattr(cause, 'message', cause)} at {list(getattr(cause, 'path', ()))}"[-600:]
        for cause in causes
    ]
