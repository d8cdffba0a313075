"""Triggers made and dropped by migrations, in the words of each database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.migrations import RunPython


def trigger(*, create: Mapping[str, str], drop: Mapping[str, str]) -> RunPython:
    """One statement by the database's vendor; a vendor without one has no trigger."""
    return RunPython(_told(create), _told(drop))


def _told(statements: Mapping[str, str]) -> Callable[[Any, Any], None]:
    def tell(apps: Any, schema_editor: Any) -> None:
        statement = statements.get(schema_editor.connection.vendor)
        if statement:
            # A trigger holds statements of its own, so it is handed over whole.
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(statement)

    return tell
