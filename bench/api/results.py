"""`GET /v1/result/{id}` of many connections at once, against the bare framework with the same bytes."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.api.processes import Server, bare
from bench.figures import Figures

_CONNECTIONS: Final = 32
_RESULTS: Final = 20
_ROUNDS: Final = 3
_SECONDS: Final = 4.0
_IDLE_S: Final = 4.0
_TEXT: Final = "We will sign in March. I think we could, um, maybe start sooner. Let me ask the others first. "


@dataclass(frozen=True)
class Load:
    """What one run came to."""

    requests: int
    wall_s: float
    cpu_s: float

    @property
    def cpu_ms(self) -> float:
        """Processor time of the server for one request."""
        return 1000 * self.cpu_s / self.requests


def measure(figures: Figures, server: Server, key: str, folder: Path, quick: bool) -> None:
    """Both in turn, several times; the least processor time of each counts, as for everything that is timed here."""
    paths = [f"/v1/result/{_analysed(server, key, number)}" for number in range(_RESULTS)]
    body = folder / "answer.json"
    body.write_bytes(_get(server, key, paths[0]))
    seconds, ours, theirs = _SECONDS / 4 if quick else _SECONDS, list[Load](), list[Load]()
    idle = _idle_share(server)
    with bare(body) as framework:
        for _ in range(1 if quick else _ROUNDS):
            ours.append(load(server, key, paths, seconds, idle))
            theirs.append(load(framework, key, paths, seconds))
    best, plain = (min(loads, key=lambda one: one.cpu_ms) for loads in (ours, theirs))
    figures.add("speed.api_result_per_s", 1000 / best.cpu_ms)
    figures.add("speed.api_idle_share", idle)
    figures.add("speed.api_result_wall_per_s", max(one.requests / one.wall_s for one in ours))
    figures.add("speed.api_result_bytes", body.stat().st_size)
    figures.add("speed.api_starlette_per_s", 1000 / plain.cpu_ms)
    figures.add("speed.api_starlette_wall_per_s", max(one.requests / one.wall_s for one in theirs))
    figures.add("speed.api_result_over_starlette", best.cpu_ms / plain.cpu_ms)


def _idle_share(server: Server) -> float:
    """Processor time a second of a server that nobody calls: queues are looked at all the time."""
    before = server.own_cpu_s()
    time.sleep(_IDLE_S)
    return (server.own_cpu_s() - before) / _IDLE_S


def load(server: Server, key: str, paths: Sequence[str], seconds: float, idle: float = 0.0) -> Load:
    """Ask for them again and again over connections that stay. `idle` is left out of the processor time."""
    return asyncio.run(_load(server, key, paths, seconds, idle))


async def _load(server: Server, key: str, paths: Sequence[str], seconds: float, idle: float) -> Load:
    await asyncio.gather(*(_ask(server, key, paths, number, 0.5) for number in range(_CONNECTIONS)))
    before, started = server.own_cpu_s(), time.perf_counter()
    counts = await asyncio.gather(*(_ask(server, key, paths, number, seconds) for number in range(_CONNECTIONS)))
    wall_s = time.perf_counter() - started
    return Load(sum(counts), wall_s, server.own_cpu_s() - before - idle * wall_s)


async def _ask(server: Server, key: str, paths: Sequence[str], first: int, seconds: float) -> int:
    """How many were answered on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    ends, asked = time.perf_counter() + seconds, 0
    while time.perf_counter() < ends:
        path = paths[(first + asked) % len(paths)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"not answered: {head!r}")
        await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
        asked += 1
    writer.close()
    return asked


def _analysed(server: Server, key: str, number: int) -> str:
    """A job that is completed."""
    body = json.dumps({"text": _TEXT * (number + 1)}).encode()
    told = json.loads(_get(server, key, "/v1/analyse/text", body))
    while told["status"] in {"queued", "running"}:
        time.sleep(0.2)
        told = json.loads(_get(server, key, f"/v1/result/{told['job_id']}"))
    if told["status"] != "completed":
        raise RuntimeError(f"not analysed: {told}")
    return str(told["job_id"])


def _get(server: Server, key: str, path: str, body: bytes | None = None) -> bytes:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: Any = answer.read()
        return bytes(found)
