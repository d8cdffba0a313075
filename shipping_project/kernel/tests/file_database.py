"""A copy of SQLite's test database in a file, where connections wait for each other as in earnest.

In memory they share one cache and refuse each other's tables at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connection, connections

needs_sqlite = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL has tests of its own row locks"
)


@contextmanager
def database_in_file() -> Iterator[None]:
    """Threads that begin in here have the file, by the project's own options.

    This thread keeps the database in memory: nothing that is written to the file comes back to it.
    """
    settings = connections.settings[connection.alias]
    in_memory = settings["NAME"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "db.sqlite3"
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as file:
            connection.connection.backup(file)
            # As `migrate` leaves it; a connection that is refused the change keeps the old journal.
            file.execute("PRAGMA journal_mode=WAL")
        settings["NAME"] = str(path)
        try:
            yield
        finally:
            settings["NAME"] = in_memory
