"""The twin's memory: documents by kind in one SQLite file, and a log of every request."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, overload

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, key TEXT NOT NULL,
    lookup TEXT NOT NULL DEFAULT '', parent TEXT NOT NULL DEFAULT '', body TEXT NOT NULL,
    UNIQUE (kind, key)
);
CREATE INDEX IF NOT EXISTS documents_lookup ON documents (kind, lookup);
CREATE INDEX IF NOT EXISTS documents_parent ON documents (kind, parent);
CREATE INDEX IF NOT EXISTS documents_order ON documents (kind, seq);
CREATE INDEX IF NOT EXISTS documents_changed ON documents (
    kind, json_extract(body, '$.updated_at'), json_extract(body, '$.status')
);
CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, dialect TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, route TEXT NOT NULL, query TEXT NOT NULL,
    status INTEGER NOT NULL, answered INTEGER NOT NULL, key_end TEXT NOT NULL, body TEXT NOT NULL,
    effect TEXT NOT NULL DEFAULT ''
);
"""


# A field of the documents, how it stands to the value (=, <>, >= or >), and the value.
Condition = tuple[str, str, str | int]


class Newest(Sequence[dict[str, Any]]):
    """A long list of which pages are asked for. A field that is null fits no condition."""

    def __init__(
        self, connection: sqlite3.Connection, kind: str, conditions: Sequence[Condition]
    ) -> None:
        self._connection = connection
        asked = [f"json_extract(body, '$.{name}') {sign} ?" for name, sign, _ in conditions]
        self._where = " AND ".join(["kind = ?", *asked])
        self._values = (kind, *(value for _, _, value in conditions))

    def __len__(self) -> int:
        counted = f"SELECT COUNT(*) FROM documents WHERE {self._where}"  # noqa: S608
        return int(self._connection.execute(counted, self._values).fetchone()[0])

    @overload
    def __getitem__(self, wanted: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, wanted: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        start, stop, _ = (
            wanted.indices(len(self)) if isinstance(wanted, slice) else (wanted, wanted + 1, 1)
        )
        rows = self._connection.execute(
            f"SELECT body FROM documents WHERE {self._where} "  # noqa: S608
            "ORDER BY seq DESC LIMIT ? OFFSET ?",
            (*self._values, max(0, stop - start), start),
        )
        found = [_read(row) for row in rows]
        return found if isinstance(wanted, slice) else found[0]


class Store:
    """One connection per thread; a write request is one transaction, all of it or nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        # SQLite has one writer; waiting here is fairer than its busy loop.
        self._writing = threading.RLock()
        with self._writing:
            self._connection.executescript("PRAGMA journal_mode=WAL;" + SCHEMA)
            self._upgrade()

    def _upgrade(self) -> None:
        """A file that was made before the log told of faults."""
        columns = {row[1] for row in self._connection.execute("PRAGMA table_info(requests)")}
        if "effect" not in columns:
            self._connection.execute(
                "ALTER TABLE requests ADD COLUMN effect TEXT NOT NULL DEFAULT ''"
            )

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA synchronous=NORMAL")
            self._local.connection = connection
        return connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._writing:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def insert(
        self, kind: str, key: str, body: dict[str, Any], *, lookup: str = "", parent: str = ""
    ) -> None:
        self._connection.execute(
            "INSERT INTO documents (kind, key, lookup, parent, body) VALUES (?, ?, ?, ?, ?)",
            (kind, key, lookup, parent, json.dumps(body)),
        )

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        row = self._connection.execute(
            "SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, key)
        ).fetchone()
        return _read(row) if row else None

    def save(self, kind: str, key: str, body: dict[str, Any], *, lookup: str | None = None) -> None:
        """What is looked up stays as it is unless it is given."""
        self._connection.execute(
            "UPDATE documents SET body = ?, lookup = coalesce(?, lookup) WHERE kind = ? AND key = ?",
            (json.dumps(body), lookup, kind, key),
        )

    def put(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Keep a document whether or not it is there already."""
        with self.transaction():
            self._connection.execute(
                "INSERT INTO documents (kind, key, body) VALUES (?, ?, ?) "
                "ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                (kind, key, json.dumps(body)),
            )

    def delete(self, kind: str, key: str) -> None:
        self._connection.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))

    def find(self, kind: str, *, lookup: str) -> list[dict[str, Any]]:
        """Indexed equality, oldest first."""
        return self._many("kind = ? AND lookup = ? ORDER BY seq", (kind, lookup))

    def search(self, kind: str, text: str) -> list[dict[str, Any]]:
        """Documents whose lookup text holds `text`, newest first."""
        return self._many("kind = ? AND instr(lookup, ?) > 0 ORDER BY seq DESC", (kind, text))

    def children(self, kind: str, *, parent: str) -> list[dict[str, Any]]:
        return self._many("kind = ? AND parent = ? ORDER BY seq", (kind, parent))

    def each(self, kind: str, *, newest_first: bool = False) -> Iterator[dict[str, Any]]:
        order = "DESC" if newest_first else "ASC"
        rows = self._connection.execute(
            f"SELECT body FROM documents WHERE kind = ? ORDER BY seq {order}",  # noqa: S608
            (kind,),
        )
        return map(_read, rows)

    def newest(self, kind: str, *conditions: Condition) -> Newest:
        """All of a kind that fit, newest first, of which only what is looked at is read."""
        return Newest(self._connection, kind, conditions)

    def keys(self, kind: str) -> list[str]:
        """Oldest first."""
        rows = self._connection.execute(
            "SELECT key FROM documents WHERE kind = ? ORDER BY seq", (kind,)
        )
        return [str(key) for (key,) in rows]

    def next_number(self, name: str, start: int) -> int:
        row = self._connection.execute(
            "INSERT INTO numbers VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            (name, start),
        ).fetchone()
        return int(row[0])

    def log_request(self, entry: dict[str, Any]) -> None:
        self._connection.execute(
            "INSERT INTO requests (at, dialect, method, path, route, query, status, answered, "
            "key_end, body, effect) VALUES (:at, :dialect, :method, :path, :route, :query, "
            ":status, :answered, :key_end, :body, :effect)",
            entry,
        )

    def requests(
        self, *, since_id: int = 0, limit: int = 200, dialect: str = "", path: str = ""
    ) -> list[dict[str, Any]]:
        """Oldest first, after `since_id`; `path` is the beginning of a path."""
        rows = self._connection.execute(
            "SELECT id, at, dialect, method, path, route, query, status, answered, key_end, body, effect "
            "FROM requests WHERE id > ? AND (? = '' OR dialect = ?) "
            "AND substr(path, 1, ?) = ? ORDER BY id LIMIT ?",
            (since_id, dialect, dialect, len(path), path, limit),
        )
        names = [column[0] for column in rows.description]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def last_requests(self, limit: int) -> list[dict[str, Any]]:
        """Newest first, without their bodies."""
        rows = self._connection.execute(
            "SELECT at, dialect, method, path, status, answered, key_end, effect FROM requests "
            "ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        names = [column[0] for column in rows.description]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def requests_by_route(self) -> dict[str, int]:
        rows = self._connection.execute(
            "SELECT method || ' ' || route, count(*) FROM requests GROUP BY 1 ORDER BY 1"
        )
        return {str(name): int(count) for name, count in rows}

    def _many(self, condition: str, values: tuple[str, ...]) -> list[dict[str, Any]]:
        rows = self._connection.execute(
            f"SELECT body FROM documents WHERE {condition}",  # noqa: S608
            values,
        )
        return [_read(row) for row in rows]


def _read(row: tuple[str, ...]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(row[0])
    return value
