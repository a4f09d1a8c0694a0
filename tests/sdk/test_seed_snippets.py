"""The published snippets, as they are but for the addresses, and the published examples of answers, field by field.

The texts lie outside this repository; where they are absent, these tests are skipped. `test_python_client.py`,
`test_node_client.py` and the integration tests of the API make calls of our own that cover the same ground.

Changed in a snippet is only where it calls: an address with `/v1` in it leads to the hub, every other one to a file
server. The keys are taken literally: the hub knows keys that read like the placeholders. What a snippet leaves to its
reader (`captureFrame`, `renderDashboard`, files of its directory) is given to it.
"""

import asyncio
import base64
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from echodepth import EchoDepth

from tests.sdk import snippets
from tests.sdk.conftest import Media
from tests.sdk.running import ROOT, file_server, run, run_node, run_python
from tests.sdk.serving import Served
from tests.support.proxy import Exchange, Proxy, proxying
from tests.support.subscriber import subscribing
from tests.support.waiting import until

SEEDS = ROOT.parent / "shared" / "reference" / "seeds"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
EXAMPLES = [example for text in TEXTS for example in snippets.examples(text)]
KEYS = ("YOUR_KEY", "psk_your_api_key", "ed_live_sk_1234567890abcdef")
NUMBERS = (int, float)

pytestmark = pytest.mark.skipif(not TEXTS, reason="the published texts are not beside this checkout")


def found(take: Callable[[str], list[str]]) -> list[Any]:
    """Every snippet, named by its text and its place in it."""
    return [
        pytest.param(code, id=f"{number}-{place}")
        for number, text in enumerate(TEXTS)
        for place, code in enumerate(take(text))
    ]


@dataclass(frozen=True)
class Desk:
    """Where a reader tries a snippet."""

    hub: Served
    proxy: Proxy
    files: str
    directory: Path
    key: str

    def addressed(self, code: str) -> str:
        """The snippet with the addresses of this desk."""

        def here(match: re.Match[str]) -> str:
            scheme, host, version = match.groups()
            if not version and host != "...":
                return self.files
            if not version:
                return f"{self.files}/call"
            return f"{self.proxy.url.replace('http', 'ws') if scheme == 'wss' else self.proxy.url}{version}"

        return re.sub(r"(https|wss)://(\.\.\.|[\w.-]+)(/v1\b)?", here, code)

    def answers(self) -> list[Exchange]:
        """What was answered, all of it well."""
        exchanges = self.proxy.exchanges
        assert exchanges
        assert [exchange.answer for exchange in exchanges if not 200 <= exchange.status < 300] == []
        return exchanges


@pytest.fixture(scope="module")
def key(hub: Served) -> str:
    for secret in KEYS:
        hub.known_key(secret)
    return KEYS[-1]


@pytest.fixture
def desk(hub: Served, key: str, media: Media, tmp_path: Path) -> Iterator[Desk]:
    files = {"earnings_call.mp4": media.video, "frame.jpg": media.frame, "recording.wav": media.speech}
    for name, source in files.items():
        shutil.copy(source, tmp_path / name)
    with proxying(hub.url) as proxy, file_server({".wav": media.speech}, media.video) as served:
        yield Desk(hub, proxy, served, tmp_path, key)


@pytest.mark.parametrize("code", found(snippets.python))
def test_a_python_snippet_runs(desk: Desk, code: str) -> None:
    program = f"api_key = {desk.key!r}\n{desk.addressed(code)}"

    printed = run_python(program, desk.directory, ECHODEPTH_BASE_URL=desk.proxy.url, ECHODEPTH_API_KEY=desk.key)

    assert desk.answers()
    assert len(printed.splitlines()) == code.count("print(")


@pytest.mark.parametrize("code", found(snippets.shell))
def test_a_shell_snippet_runs(desk: Desk, code: str) -> None:
    printed = run(
        ["sh", "-c", desk.addressed(code).replace("curl ", "curl --silent --fail-with-body ")], desk.directory
    )

    assert [json.loads(printed)] == [exchange.json() for exchange in desk.answers()]
    assert json.loads(printed)["emotion"]


BROWSER = """
import {{ readFileSync }} from 'node:fs';
const apiKey = {key!r}, sessionId = {session!r}, videoElement = {{}};
const frameBlob = new Blob([readFileSync('frame.jpg')], {{ type: 'image/jpeg' }});
const audioFile = new Blob([readFileSync('recording.wav')], {{ type: 'audio/wav' }});
const captureFrame = () => ({{ toDataURL: () => `data:image/jpeg;base64,${{readFileSync('frame.jpg', 'base64')}}` }});
const handleAlert = (alert) => console.log(JSON.stringify(alert));
const renderDashboard = (update) => {{ console.log(JSON.stringify(update)); process.exit(0); }};
"""


@pytest.mark.parametrize("code", found(snippets.javascript))
def test_a_javascript_snippet_runs(desk: Desk, code: str) -> None:
    with EchoDepth(desk.key, base_url=desk.hub.url) as client:
        session = client.sessions.create(alert_thresholds={"arousal_high": 0.0}).id
    program = BROWSER.format(key=desk.key, session=session) + desk.addressed(code)

    printed = run_node(program, desk.directory, ECHODEPTH_BASE_URL=desk.proxy.url, ECHODEPTH_API_KEY=desk.key)

    if "new WebSocket" in code:
        update = json.loads(printed.splitlines()[-1])
        assert differences(example("frame_id"), update) == []
    else:
        assert desk.answers()
    assert ("renderDashboard" in code) == (bool(printed) and printed.splitlines()[-1].startswith("{"))


def test_every_kind_of_snippet_was_found() -> None:
    counts = [sum(len(take(text)) for text in TEXTS) for take in (snippets.python, snippets.shell, snippets.javascript)]

    assert counts == [4, 3, 5]
    assert len(EXAMPLES) == 15


def example(*names: str) -> dict[str, Any]:
    """The published example that has these fields."""
    return next(each for each in EXAMPLES if each.keys() >= set(names))


def differences(wanted: Any, got: Any, path: str = "$") -> list[str]:
    """Where an answer is not of the example's shape: fields that are missing or of another type. More is fine."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        missing = [f"{path}.{name} is missing" for name in wanted if name not in got]
        there = [name for name in wanted if name in got]
        return missing + [each for name in there for each in differences(wanted[name], got[name], f"{path}.{name}")]
    if isinstance(wanted, list) and isinstance(got, list):
        if wanted and not got:
            return [f"{path} is empty"]
        return [each for index, item in enumerate(got) for each in differences(wanted[0], item, f"{path}[{index}]")]
    same = type(wanted) is type(got) or (isinstance(wanted, float) and type(got) in NUMBERS)
    return [] if same else [f"{path} is {got!r} where the example has {wanted!r}"]


def test_differences_are_found() -> None:
    wanted = {"a": 1, "b": [{"c": "x"}], "d": 0.5, "e": True}

    assert differences(wanted, {"a": 2, "b": [{"c": "y", "z": 1}], "d": 1, "e": False, "f": None}) == []
    wrongs: list[dict[str, Any]] = [{"a": 1.5}, {"a": True}, {"b": []}, {"b": [{}]}, {"d": None}, {"e": 1}]
    for wrong in [*wrongs, {"b": [{"c": "x"}, {"c": 1}]}]:
        assert differences(wanted, {**wanted, **wrong}), wrong
    assert differences(wanted, {"a": 1}) == ["$.b is missing", "$.d is missing", "$.e is missing"]


@pytest.fixture
def http(desk: Desk) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=desk.hub.url, headers={"Authorization": f"Bearer {desk.key}"}, timeout=180, trust_env=False
    ) as client:
        yield client


def sent(http: httpx.Client, session: str, frame: bytes, **more: Any) -> httpx.Response:
    data = {"timestamp_ms": "1704067200000"}
    return http.post(f"/v1/sessions/{session}/frames", files={"frame": ("frame.jpg", frame)}, data=data, **more)


def test_sessions_frames_reports_and_their_webhook_have_the_published_shapes(
    desk: Desk, http: httpx.Client, media: Media
) -> None:
    frame = media.frame.read_bytes()
    with subscribing() as subscriber:
        http.post("/v1/webhook-endpoints", json={"url": subscriber.url, "event_types": ["session.alert"]})
        asked = example("label", "use_case", "baseline_window_s", "alert_thresholds")
        created = http.post("/v1/sessions", json=asked)
        assert created.status_code == 201, created.text
        assert differences(asked, created.json()) == []
        session = http.post("/v1/sessions", json={**asked, "alert_thresholds": {"arousal_high": 0.0}}).json()[
            "session_id"
        ]
        answer = sent(http, session, frame, params={"detail": "aus"})
        update = asyncio.run(streamed(desk, session, frame))
        http.post(f"/v1/sessions/{session}/end").raise_for_status()
        report = http.get(f"/v1/sessions/{session}/report").json()
        until(lambda: subscriber.received)
        received = subscriber.received[0]

    assert differences(example("frame_id", "vad"), answer.json()) == []
    assert differences(example("frame_id", "vad"), update) == []
    assert len(answer.json()["aus"]) >= 46
    assert differences(example("baseline_vad", "summary"), report) == []
    assert differences(example("event", "alert"), json.loads(received.body)) == []
    assert re.fullmatch(r"sha256=[0-9a-f]{64}", received.headers["x-echodepth-signature"])
    for response in (created, answer):
        assert {"x-ratelimit-remaining", "x-ratelimit-reset"} <= response.headers.keys()


async def streamed(desk: Desk, session: str, frame: bytes) -> Any:
    """One update of the stream, with the protocol's own words."""
    url = f"{desk.hub.url.replace('http', 'ws')}/v1/sessions/{session}/stream"
    protocols: Any = ["echo-depth-v1", f"token.{desk.key}"]
    async with websockets.connect(url, subprotocols=protocols, proxy=None) as socket:
        assert socket.subprotocol == "echo-depth-v1"
        data = f"data:image/jpeg;base64,{base64.b64encode(frame).decode()}"
        await socket.send(json.dumps({"type": "frame", "data": data, "timestamp_ms": 1_704_067_200_500}))
        return json.loads(await socket.recv())


def test_the_first_speech_product_has_the_published_shapes(desk: Desk, http: httpx.Client) -> None:
    asked = json.loads(desk.addressed(json.dumps(example("audio_url", "transcript", "metadata"))))
    batch = json.loads(desk.addressed(json.dumps(example("items"))))

    told = http.post("/v1/analyze", json=asked)
    several = http.post("/v1/analyze/batch", json=batch)

    assert told.status_code == 200, told.text
    assert differences(example("emotion_probabilities", "prosody", "metrics"), told.json()) == []
    assert (
        told.json()["emotion_probabilities"].keys() == example("emotion_probabilities")["emotion_probabilities"].keys()
    )
    assert {name: told.json()[name] for name in ("metadata", "session_id", "speaker_id")} == {
        name: asked[name] for name in ("metadata", "session_id", "speaker_id")
    }
    assert differences(example("results", "request_id"), several.json()) == []


def test_its_errors_have_the_published_shapes(http: httpx.Client, media: Media) -> None:
    wrong = {"audio_url": "not an address", "vertical": "invalid"}
    answers = {
        "validation_error": http.post("/v1/analyze", json=wrong),
        "payload_too_large": http.post("/v1/analyze", files={"audio": ("a.wav", b"x" * (25 * 2**20 + 1), "audio/wav")}),
        "unsupported_audio_format": http.post("/v1/analyze", files={"audio": ("a.mp4", b"x", "video/mp4")}),
    }
    published = {each["error"]["code"]: each for each in EXAMPLES if "error" in each}

    assert published.keys() == answers.keys()
    assert [answer.status_code for answer in answers.values()] == [400, 413, 415]
    for code, answer in answers.items():
        assert differences(published[code], answer.json()) == []
    named = answers["validation_error"].json()["error"]
    assert named["details"].keys() == published["validation_error"]["error"]["details"].keys()


def test_the_second_speech_product_has_the_published_shapes(http: httpx.Client, media: Media) -> None:
    discrete = http.post("/v1/emotion/discrete", files={"file": ("a.wav", media.speech.read_bytes())}).json()
    job = http.post("/v1/emotion/async", files={"file": ("a.wav", media.long_speech.read_bytes())}).json()["request_id"]
    until(lambda: http.get(f"/v1/emotion/async/{job}").json()["status"] == "completed")
    recording = http.get(f"/v1/emotion/async/{job}").json()

    assert differences(example("main_emotion"), discrete) == []
    assert discrete["all_predictions"].keys() == example("main_emotion")["all_predictions"].keys()
    wanted = example("request_id", "emotions")
    assert differences({**wanted, "emotions": wanted["emotions"][:1]}, recording) == []
    assert [row["t"] for row in recording["emotions"]][:3] == [row["t"] for row in wanted["emotions"]][:3]


def test_every_published_error_code_is_answered(desk: Desk, http: httpx.Client, media: Media) -> None:
    import cv2
    import numpy as np

    frame = media.frame.read_bytes()
    session = http.post("/v1/sessions", json={}).json()["session_id"]
    grey = cv2.imencode(".png", np.full((240, 320, 3), 127, np.uint8))[1].tobytes()
    narrow, none = desk.hub.key(speech=True), desk.hub.key(limits={"requests_per_minute": 0})
    authorized = [{"Authorization": f"Bearer {key}"} for key in ("wrong", narrow, none)]
    refused = [http.get("/v1/sessions", headers=headers) for headers in authorized]
    refused += [
        sent(http, "ses_unknown", frame),
        sent(http, session, b"x" * (4 * 2**20 + 1)),
        sent(http, session, grey),
    ]

    published = {
        code: int(status) for text in TEXTS for status, code in re.findall(r"^(\d{3})([a-z_]+)[A-Z]", text, re.M)
    }
    answered = {answer.json()["error"]["code"]: answer.status_code for answer in refused}

    assert answered == {code: status for code, status in published.items() if code != "internal_error"}


def test_every_published_endpoint_is_in_the_openapi_document() -> None:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    published = {
        (method.lower(), path)
        for text in TEXTS
        for method, path in re.findall(r"\b(POST|GET)\s*(/v1/[a-z_/{}]+[a-z}])", text)
    }

    assert len(published) >= 11
    assert {(method, path) for method, path in published if method not in document["paths"].get(path, {})} == set()
