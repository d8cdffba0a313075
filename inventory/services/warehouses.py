"""Warehouses are few and shared by all organizations; every change of one is on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal

from django.db import IntegrityError, transaction

from accounts.services.audit import record_audit
from inventory.models import Warehouse
from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.versions import hold_to_seen

CODE_TAKEN = "warehouse.code_taken"


def create_warehouse(*, warehouse: Warehouse, actor: str) -> Warehouse:
    """Raises InvalidInput when the code is in use."""
    try:
        with transaction.atomic():
            warehouse.save(force_insert=True)
            record_audit(actor=actor, action="warehouse.created", subject=warehouse)
    except IntegrityError as exc:
        message = f"{warehouse.code!r} is in use already."
        fault = FieldError(field="code", code=CODE_TAKEN, message=message)
        raise InvalidInput(errors=[fault]) from exc
    return warehouse


def change_warehouse(
    *, warehouse: Warehouse, changes: Mapping[str, object], actor: str
) -> Warehouse:
    """A repeat changes nothing and leaves no trace."""
    before = {name: getattr(warehouse, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    with transaction.atomic():
        hold_to_seen(warehouse)
        if not changed:
            return warehouse
        for name, value in changed.items():
            setattr(warehouse, name, value)
        warehouse.save(update_fields=[*changed, "updated_at"])
        record_audit(
            actor=actor,
            action="warehouse.changed",
            subject=warehouse,
            before={name: _plain(before[name]) for name in changed},
            after={name: _plain(value) for name, value in changed.items()},
        )
    return warehouse


def _plain(value: object) -> object:
    """As JSON can hold it."""
    if isinstance(value, time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
