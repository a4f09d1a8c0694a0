"""What a subscriber's answer means."""

import httpx
import pytest

from connectors.base.errors import ConnectorError, ProviderUnavailable, RateLimited, RequestRejected
from connectors.webhook import send

pytestmark = pytest.mark.anyio

URL = "https://subscriber.example/hook"


async def _send(answer: httpx.Response | Exception) -> int:
    def respond(request: httpx.Request) -> httpx.Response:
        assert request.content == b"{}"
        assert request.headers["webhook-id"] == "msg_1"
        if isinstance(answer, Exception):
            raise answer
        return answer

    async with httpx.AsyncClient(transport=httpx.MockTransport(respond), follow_redirects=True) as client:
        return await send(client, URL, {"webhook-id": "msg_1"}, b"{}")


@pytest.mark.parametrize("status", [200, 202, 204])
async def test_any_2xx_is_a_success(status: int) -> None:
    assert await _send(httpx.Response(status)) == status


@pytest.mark.parametrize(
    ("answer", "expected", "code"),
    [
        (httpx.Response(410), RequestRejected, "gone"),
        (httpx.Response(302, headers={"location": "http://169.254.169.254/"}), RequestRejected, "redirect"),
        (httpx.Response(404), ProviderUnavailable, None),
        (httpx.Response(400), ProviderUnavailable, None),
        (httpx.Response(503), ProviderUnavailable, None),
        (httpx.ReadTimeout("slow"), ProviderUnavailable, "timeout"),
        (httpx.ConnectError("refused"), ProviderUnavailable, "network"),
    ],
)
async def test_every_other_answer_has_one_way_of_recovering(
    answer: httpx.Response | Exception, expected: type[ConnectorError], code: str | None
) -> None:
    with pytest.raises(ConnectorError) as caught:
        await _send(answer)

    assert type(caught.value) is expected
    assert caught.value.code == code


@pytest.mark.parametrize(("header", "wait"), [("12", 12.0), ("", None), ("soon", None)])
async def test_429_asks_to_wait(header: str, wait: float | None) -> None:
    with pytest.raises(RateLimited) as caught:
        await _send(httpx.Response(429, headers={"retry-after": header}))

    assert caught.value.retry_after == wait
