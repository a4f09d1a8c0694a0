"""Lists that come in pages."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from echodepth import calls
from echodepth._sync.transport import Transport
from echodepth.models.base import Model

Item = TypeVar("Item", bound=Model)


class Page(Model, Generic[Item]):
    """One page, newest first; `next_cursor` is None on the last."""

    data: list[Item]
    next_cursor: str | None = None


class Pages(Generic[Item]):
    """A list on the hub. Iterating gives every row of every page; each page is fetched when it is needed."""

    def __init__(self, transport: Transport, path: str, model: type[Item], params: Mapping[str, Any]) -> None:
        self._transport = transport
        self._path = path
        self._page: type[Page[Item]] = Page[model]  # type: ignore[valid-type]
        self._params = params

    def page(self, cursor: str | None = None) -> Page[Item]:
        """The page at `cursor`; the first one without."""
        call = calls.get(self._path, **{**self._params, "cursor": cursor})
        return self._transport.ask(call, self._page)

    def __iter__(self) -> Iterator[Item]:
        cursor: str | None = None
        while True:
            page = self.page(cursor)
            for row in page.data:
                yield row
            cursor = page.next_cursor
            if cursor is None:
                return
