"""One question to the store for many lookups: what a busy event loop asks at the same time is asked together."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, TypeVar
from weakref import WeakKeyDictionary

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_MOST: Final = 200

Fetch = Callable[[Sequence[Key]], Mapping[Key, Value]]


class Batcher(Generic[Key, Value]):
    """Lookups that come while an answer is on its way wait, and are the next question.

    `fetch` runs in a thread and gives what it found by key. An answer is never older than the lookup: nobody joins a
    question that was asked already.
    """

    def __init__(self, fetch: Fetch[Key, Value], most: int = _MOST) -> None:
        self._fetch = fetch
        self._most = most
        self._lanes: WeakKeyDictionary[asyncio.AbstractEventLoop, _Lane[Key, Value]] = WeakKeyDictionary()

    async def get(self, key: Key) -> Value | None:
        """What was found under the key; None for nothing. Raises what `fetch` raises."""
        loop = asyncio.get_running_loop()
        lane = self._lanes.setdefault(loop, _Lane())
        if key not in lane.waiting:
            lane.waiting[key] = loop.create_future()
        answer = lane.waiting[key]
        if lane.asking is None or lane.asking.done():
            lane.asking = loop.create_task(self._ask(lane))
        # whoever looks may go away; the others still wait for the same answer
        return await asyncio.shield(answer)

    async def _ask(self, lane: "_Lane[Key, Value]") -> None:
        while lane.waiting:
            keys = list(lane.waiting)[: self._most]
            answers = {key: lane.waiting.pop(key) for key in keys}
            try:
                found = await asyncio.to_thread(self._fetch, keys)
            except Exception as error:  # it belongs to those who asked
                _refuse(answers.values(), error)
                continue
            for key, answer in answers.items():
                answer.set_result(found.get(key))


class _Lane(Generic[Key, Value]):
    """The lookups of one event loop."""

    def __init__(self) -> None:
        self.waiting: dict[Key, asyncio.Future[Value | None]] = {}
        self.asking: asyncio.Task[None] | None = None


def _refuse(answers: Iterable[asyncio.Future[Any]], error: Exception) -> None:
    for answer in answers:
        answer.set_exception(error)
        answer.exception()  # seen, also where everybody who asked is gone
