"""A ledger that lies back in time, as nobody but the owner of the database could make it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SEAL = "stock_ledger_sealed"


@contextmanager
def unsealed_ledger() -> Iterator[None]:
    """In here movements can be changed and removed."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [SEAL])
        [statement] = cursor.fetchone()
        cursor.execute(f"DROP TRIGGER {SEAL}")
        yield
        cursor.execute(statement)
