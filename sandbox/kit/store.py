"""Documents by provider, kind and id in one SQLite file, so that state survives a restart."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Doc = dict[str, Any]

_SCHEMA = """
create table if not exists document (
    provider text not null, kind text not null, id text not null, body text not null,
    place integer primary key autoincrement, unique (provider, kind, id)
)
"""


class RolledBack(Exception):
    """Raised inside `Store.savepoint` to undo everything since it began."""


class Store:
    """The one file. Used from the event loop's thread only, so each call is atomic for its handlers."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.execute("pragma journal_mode=wal")
        self.connection.execute("pragma synchronous=normal")
        self.connection.execute(_SCHEMA)

    def collection(self, provider: str, kind: str) -> "Collection":
        """All documents of one kind."""
        return Collection(self.connection, provider, kind)

    def clear(self, provider: str | None = None) -> None:
        """Forget everything, or everything of one provider."""
        if provider is None:
            self.connection.execute("delete from document")
        else:
            self.connection.execute("delete from document where provider = ?", (provider,))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo all writes of the block when it raises `RolledBack`, which goes no further."""
        self.connection.execute("savepoint attempt")
        try:
            yield
        except RolledBack:
            self.connection.execute("rollback to attempt")
        except BaseException:
            self.connection.execute("rollback to attempt")
            self.connection.execute("release attempt")
            raise
        self.connection.execute("release attempt")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


class Collection:
    """The documents of one provider and kind, in the order they were first put."""

    def __init__(self, connection: sqlite3.Connection, provider: str, kind: str) -> None:
        self._connection = connection
        self._key = (provider, kind)

    def put(self, doc_id: str, doc: Doc) -> None:
        """Insert or replace."""
        self._connection.execute(
            "insert into document (provider, kind, id, body) values (?, ?, ?, ?)"
            " on conflict (provider, kind, id) do update set body = excluded.body",
            (*self._key, doc_id, json.dumps(doc)),
        )

    def get(self, doc_id: str) -> Doc | None:
        """The document, or None."""
        row = self._connection.execute(
            "select body from document where provider = ? and kind = ? and id = ?", (*self._key, doc_id)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self) -> list[Doc]:
        """Every document, oldest first."""
        rows = self._connection.execute(
            "select body from document where provider = ? and kind = ? order by place", self._key
        )
        return [json.loads(body) for (body,) in rows]

    def find(self, accept: Callable[[Doc], bool]) -> list[Doc]:
        """Those that `accept` says yes to, oldest first."""
        return [doc for doc in self.all() if accept(doc)]

    def delete(self, doc_id: str) -> None:
        """Forget one."""
        self._connection.execute(
            "delete from document where provider = ? and kind = ? and id = ?", (*self._key, doc_id)
        )

    def count(self) -> int:
        """How many there are."""
        query = "select count(*) from document where provider = ? and kind = ?"
        return int(self._connection.execute(query, self._key).fetchone()[0])

    def keep_newest(self, limit: int) -> None:
        """Forget all but the newest `limit`."""
        self._connection.execute(
            "delete from document where provider = ? and kind = ? and place not in"
            " (select place from document where provider = ? and kind = ? order by place desc limit ?)",
            (*self._key, *self._key, limit),
        )
