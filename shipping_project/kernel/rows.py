"""Writing rows by the thousand: by COPY on PostgreSQL, by the ORM elsewhere.

What a single `save` would do besides (signals, full_clean) is not done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from django.db import connection, models
from django.utils import timezone

AnyField: TypeAlias = "models.Field[Any, Any]"
Row = Mapping[str, object]


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids for rows to come, which nobody else is given. Within a transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return [row[0] for row in cursor.fetchall()]
        # One writer at a time, and an explicit id moves the sequence on.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
    first = 1 + (last[0] if last else 0)
    return list(range(first, first + count))


def insert_rows(model: type[models.Model], rows: Iterable[Row], *, with_ids: bool = False) -> None:
    """Insert rows of values by attribute name ("order_id"); what is left out has its default.

    `with_ids` where the rows bring ids that were reserved. Raises IntegrityError as `bulk_create`.
    """
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(model(**row) for row in rows)
        return
    fields = [field for field in model._meta.concrete_fields if with_ids or not field.primary_key]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    statement = f"COPY {quoted(model._meta.db_table)} ({columns}) FROM STDIN"
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for values in _values(fields, rows):
            copy.write_row(values)


def _values(fields: Sequence[AnyField], rows: Iterable[Row]) -> Iterator[list[object]]:
    now = timezone.now()
    known = [
        (field.attname, now if getattr(field, "auto_now", False) else field.get_default())
        for field in fields
    ]
    documents = [i for i, field in enumerate(fields) if isinstance(field, models.JSONField)]
    for row in rows:
        values = [row.get(name, default) for name, default in known]
        for index in documents:
            if values[index] is not None:
                values[index] = json.dumps(values[index])
        yield values
