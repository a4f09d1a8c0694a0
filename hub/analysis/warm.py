"""A few analysis processes that stay, for inputs that people wait for: frames, pictures, sentences, short clips."""

import asyncio
import json
import os
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary
from zlib import crc32

from hub.analysis.runner import AnalysisFailed, Progress, child_environment
from hub.observability import tracing

TIMEOUT_S: Final = 60.0
_LENGTH: Final = struct.Struct(">I")
_MEMORY_BYTES: Final = 4 * 1024**3
_LONGEST_ANSWER: Final = 256 * 1024**2
_PROCESSES: Final = 2
_LOADING: Final = 3
"""How many questions' time it takes to load models."""


class WarmProcess:
    """One process, started at its first question. Questions wait for each other; a crash costs one question."""

    def __init__(self, directory: Path) -> None:
        self.waiting = 0
        self.answered: set[str] = set()
        self._directory = directory
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(
        self,
        what: str,
        payload: bytes = b"",
        *,
        timeout_s: float = TIMEOUT_S,
        on_progress: Progress | None = None,
        **header: Any,
    ) -> Any:
        """The answer to one question. Raises `AnalysisFailed` when the input is at fault or the process died."""
        self.waiting += 1
        exchange = asyncio.ensure_future(self._exchange({"what": what, **header}, payload, timeout_s, on_progress))
        try:
            # whoever asked may go away; the exchange goes on, or question and answer would no longer match
            with tracing.span(f"analysis.ask {what}"):
                answer = await asyncio.shield(exchange)
        finally:
            self.waiting -= 1
        self.answered.add(what)
        if "error" in answer:
            raise AnalysisFailed(answer["error"], answer["message"])
        return answer["answer"]

    async def close(self) -> None:
        """End the process."""
        async with self._turn:
            await self._end()

    async def _exchange(
        self, header: dict[str, Any], payload: bytes, timeout_s: float, on_progress: Progress | None
    ) -> dict[str, Any]:
        async with self._turn:
            try:
                async with asyncio.timeout(timeout_s):
                    return await self._talk(header, payload, on_progress)
            except TimeoutError:
                await self._end()
                return {"error": "analysis_timeout", "message": f"The analysis took longer than {timeout_s:.0f} s."}
            except (OSError, asyncio.IncompleteReadError):
                await self._end()
                return {"error": "analysis_crashed", "message": "The analysis process ended without a result."}
            except BaseException:
                await self._end()
                raise

    async def _talk(self, header: dict[str, Any], payload: bytes, on_progress: Progress | None) -> dict[str, Any]:
        process = self._process or await self._start()
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the analysis process has no pipes")
        head = json.dumps({**header, "size": len(payload)}).encode()
        process.stdin.write(_LENGTH.pack(len(head)) + head)
        process.stdin.write(payload)
        await process.stdin.drain()
        while "stage" in (answer := await _read(process.stdout)):
            if on_progress:
                await on_progress(answer["stage"], answer["done"])
        return answer

    async def _start(self) -> asyncio.subprocess.Process:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.analysis.warm_child", str(os.getpid()), str(_MEMORY_BYTES),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            cwd=self._directory, env=child_environment(self._directory), start_new_session=True,
        )  # fmt: skip
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        self.answered.clear()
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _read(stream: asyncio.StreamReader) -> dict[str, Any]:
    length = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))[0]
    if length > _LONGEST_ANSWER:
        raise OSError("the answer is longer than any answer")
    said: dict[str, Any] = json.loads(await stream.readexactly(length))
    return said


class WarmPool:
    """Processes of one event loop."""

    def __init__(self, directory: Path, processes: int = _PROCESSES) -> None:
        self._processes = [WarmProcess(directory) for _ in range(processes)]

    def of(self, session: str) -> WarmProcess:
        """The process that knows this live session."""
        return self._processes[crc32(session.encode()) % len(self._processes)]

    def best_for(self, what: str) -> WarmProcess:
        """The one that will answer first: loading models takes longer than waiting for a question or two."""
        return min(self._processes, key=lambda process: process.waiting + _LOADING * (what not in process.answered))

    async def close(self) -> None:
        """End them all."""
        await asyncio.gather(*(process.close() for process in self._processes))


_pools: "WeakKeyDictionary[asyncio.AbstractEventLoop, WarmPool]" = WeakKeyDictionary()


def pool(media_dir: Path) -> WarmPool:
    """The pool of the running event loop, made at its first use."""
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        _pools[loop] = WarmPool(media_dir / "warm")
    return _pools[loop]


async def close_pool() -> None:
    """End the processes of the running event loop."""
    found = _pools.pop(asyncio.get_running_loop(), None)
    if found is not None:
        await found.close()
