"""Frames over a WebSocket, from JPEG to answer: one session as fast as it goes, and twenty at two frames a second."""

import asyncio
import base64
import json
import time
from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from analysis_core.face import LiveFaces
from analysis_core.io.media import open_media
from analysis_core.observations import Frame
from analysis_core.options import Options
from bench.api.processes import Server
from bench.figures import Figures
from bench.sources import Sources
from bench.speed.faces import one_face

_PER_SECOND: Final = 7.5
_FRAMES: Final = 300
_QUICK: Final = 40
_JPEG_QUALITY: Final = 85
_SESSIONS: Final = 20
_PACE_S: Final = 0.5
_PACED_S: Final = 15.0
_WARM_UP: Final = 10


def measure(figures: Figures, server: Server, key: str, data: Sources, quick: bool) -> None:
    """The same pictures through the core alone, in this process, and through the hub."""
    pictures = _pictures(data)
    shown = pictures[: _QUICK if quick else _FRAMES]
    alone = _alone(shown)
    before = server.cpu_s()
    taken = asyncio.run(_stream(server, key, shown, pause_s=0.0))[_WARM_UP:]
    cpu_ms = 1000 * (server.cpu_s() - before) / len(shown)
    figures.add("speed.api_frame_p50_ms", float(np.percentile(taken, 50)))
    figures.add("speed.api_frame_p95_ms", float(np.percentile(taken, 95)))
    figures.add("speed.api_frame_cpu_ms", cpu_ms)
    figures.add("speed.api_frame_core_p50_ms", float(np.percentile(alone, 50)))
    figures.add("speed.api_frame_over_core", float(np.percentile(taken, 50) / np.percentile(alone, 50)))
    paced = asyncio.run(_together(server, key, pictures, 3.0 if quick else _PACED_S))
    figures.add("speed.api_sessions_20_p50_ms", float(np.percentile(paced, 50)))
    figures.add("speed.api_sessions_20_p95_ms", float(np.percentile(paced, 95)))
    figures.add("speed.api_sessions_20_late", float(np.mean(np.asarray(paced) > 1000 * _PACE_S)))


def _pictures(data: Sources) -> list[tuple[int, bytes]]:
    """Milliseconds and JPEG, 1280 x 720, with one face."""
    frames = one_face(list(open_media(data.demo, Options()).frames(_PER_SECOND))[:_FRAMES])
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    return [
        (int(1000 * frame.time_s), cv2.imencode(".jpg", frame.image[..., ::-1], quality)[1].tobytes())
        for frame in frames
    ]


def _alone(pictures: Sequence[tuple[int, bytes]]) -> list[float]:
    """Milliseconds of the core for each picture, by the same clock."""
    session, taken = LiveFaces(), list[float]()
    for at_ms, jpeg in pictures:
        started = time.perf_counter()
        image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
        session.see(Frame(at_ms / 1000, np.asarray(image, np.uint8)))
        taken.append(1000 * (time.perf_counter() - started))
    return taken[_WARM_UP:]


async def _together(server: Server, key: str, pictures: Sequence[tuple[int, bytes]], seconds: float) -> list[float]:
    frames = int(seconds / _PACE_S)
    sent = [(int(1000 * _PACE_S * number), jpeg) for number, (_, jpeg) in enumerate(pictures[:frames])]
    streams = [_stream(server, key, sent, pause_s=_PACE_S, begin_s=number / 40) for number in range(_SESSIONS)]
    return [ms for taken in await asyncio.gather(*streams) for ms in taken[2:]]


async def _stream(
    server: Server, key: str, pictures: Sequence[tuple[int, bytes]], *, pause_s: float, begin_s: float = 0.0
) -> list[float]:
    """Milliseconds between sending a frame and its answer. With a pause, frames come at that pace, ready or not."""
    await asyncio.sleep(begin_s)
    subprotocols: Any = ["echo-depth-v1", f"token.{key}"]
    url, taken = f"ws://127.0.0.1:{server.port}/v1/stream/video", list[float]()
    async with connect(url, subprotocols=subprotocols, max_size=None) as connection:
        json.loads(await connection.recv())  # which session it is
        next_at = time.perf_counter()
        for at_ms, jpeg in pictures:
            taken.append(await _one(connection, 1_704_067_200_000 + at_ms, jpeg))
            next_at += pause_s
            await asyncio.sleep(max(0.0, next_at - time.perf_counter()))
    return taken


async def _one(connection: ClientConnection, at_ms: int, jpeg: bytes) -> float:
    started = time.perf_counter()
    data = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
    await connection.send(json.dumps({"type": "frame", "data": data, "timestamp_ms": at_ms}))
    told = json.loads(await connection.recv())
    if told["type"] != "vad":
        raise RuntimeError(f"not answered: {told}")
    return 1000 * (time.perf_counter() - started)
