"""Keeping suppliers and what is bought from them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import IntegrityError, transaction

from accounts.services.audit import record_audit
from inventory.models import Supplier, SupplierItem
from shipping_project.kernel.errors import FieldError, InvalidInput
from shipping_project.kernel.versions import hold_to_seen

NAME_TAKEN = "name.taken"


def create_supplier(*, supplier: Supplier, actor: str) -> Supplier:
    """Raises InvalidInput when the organization has one of this name."""
    try:
        with transaction.atomic():
            supplier.save(force_insert=True)
            record_audit(actor=actor, action="supplier.created", subject=supplier)
    except IntegrityError as exc:
        raise _taken(supplier.name) from exc
    return supplier


def change_supplier(*, supplier: Supplier, changes: Mapping[str, object], actor: str) -> Supplier:
    """Raises InvalidInput when the new name is another supplier's."""
    before = {name: getattr(supplier, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    try:
        with transaction.atomic():
            hold_to_seen(supplier)
            if not changed:
                return supplier
            for name, value in changed.items():
                setattr(supplier, name, value)
            supplier.save(update_fields=[*changed, "updated_at"])
            record_audit(
                actor=actor,
                action="supplier.changed",
                subject=supplier,
                before={name: before[name] for name in changed},
                after=changed,
            )
    except IntegrityError as exc:
        raise _taken(supplier.name) from exc
    return supplier


@transaction.atomic
def set_supply(
    *,
    supplier: Supplier,
    sellable_id: int,
    unit_cost: Decimal,
    actor: str,
    minimum_units: int = 1,
    supplier_sku: str = "",
) -> SupplierItem:
    """The sellable is bought there from now on, whoever sold it before."""
    values = {
        "supplier": supplier,
        "unit_cost": unit_cost,
        "minimum_units": minimum_units,
        "supplier_sku": supplier_sku,
    }
    item, _ = SupplierItem.objects.update_or_create(sellable_id=sellable_id, defaults=values)
    record_audit(
        actor=actor,
        action="supplier.sells",
        subject=supplier,
        after={"sellable": sellable_id, "unit_cost": str(unit_cost)},
    )
    return item


def _taken(name: str) -> InvalidInput:
    fault = FieldError(field="name", code=NAME_TAKEN, message=f"{name!r} is in use already.")
    return InvalidInput(errors=[fault])
