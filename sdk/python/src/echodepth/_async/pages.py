"""Lists that come in pages."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Generic, TypeVar

from echodepth import calls
from echodepth._async.transport import AsyncTransport
from echodepth.models.base import Model

Item = TypeVar("Item", bound=Model)


class Page(Model, Generic[Item]):
    """One page, newest first; `next_cursor` is None on the last."""

    data: list[Item]
    next_cursor: str | None = None


class AsyncPages(Generic[Item]):
    """A list on the hub. Iterating gives every row of every page; each page is fetched when it is needed."""

    def __init__(self, transport: AsyncTransport, path: str, model: type[Item], params: Mapping[str, Any]) -> None:
        self._transport = transport
        self._path = path
        self._page: type[Page[Item]] = Page[model]  # type: ignore[valid-type]
        self._params = params

    async def page(self, cursor: str | None = None) -> Page[Item]:
        """The page at `cursor`; the first one without."""
        call = calls.get(self._path, **{**self._params, "cursor": cursor})
        return await self._transport.ask(call, self._page)

    async def __aiter__(self) -> AsyncIterator[Item]:
        cursor: str | None = None
        while True:
            page = await self.page(cursor)
            for row in page.data:
                yield row
            cursor = page.next_cursor
            if cursor is None:
                return
