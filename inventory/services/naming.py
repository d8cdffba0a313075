"""The rows that a request names, with every name that means nothing told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from accounts.principals import may_enter
from catalog.models import Sellable
from inventory.models import Warehouse
from inventory.rules.sku_lines import SkuLine
from shipping_project.kernel.errors import FieldError, InvalidInput


def sellables_named(
    *, organization_id: int, lines: Sequence[SkuLine], field: str = "lines"
) -> dict[str, Sellable]:
    """By exact SKU. Raises InvalidInput for no line at all, unknown SKUs, and those named twice."""
    skus = [line.sku for line in lines]
    rows = Sellable.objects.of_organization(organization_id).with_skus(skus)
    found = {row.sku: row for row in rows}
    if faults := list(_faults(skus, found, field)):
        raise InvalidInput(errors=faults)
    return found


def units_named(
    organization_id: int, lines: Sequence[SkuLine], *, field: str = "lines"
) -> dict[int, int]:
    """Units by the id of the sellable. Raises InvalidInput as `sellables_named` does."""
    found = sellables_named(organization_id=organization_id, lines=lines, field=field)
    return {found[line.sku].pk: line.units for line in lines}


def _faults(skus: Sequence[str], found: dict[str, Sellable], field: str) -> Iterator[FieldError]:
    if not skus:
        yield FieldError(field=field, code="lines.empty", message="Name at least one SKU.")
    for place, sku in enumerate(skus):
        if sku not in found:
            message = f"There is no SKU {sku!r}."
            yield FieldError(field=f"{field}[{place}].sku", code="sku.unknown", message=message)
    for sku, count in Counter(skus).items():
        if count > 1:
            message = f"{sku!r} is named {count} times; add its units up."
            yield FieldError(field=field, code="sku.doubled", message=message)


def warehouse_named(code: str, *, actor: object, field: str = "warehouse") -> Warehouse:
    """For whoever is limited to warehouses the others do not exist. Raises InvalidInput."""
    found: Warehouse | None = Warehouse.objects.filter(code=code).first()
    if found is None or not may_enter(actor, code):
        message = f"There is no warehouse {code!r}."
        raise InvalidInput(
            errors=[FieldError(field=field, code="warehouse.unknown", message=message)]
        )
    return found
