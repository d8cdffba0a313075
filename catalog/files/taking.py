"""One row of a file becomes a sellable, or changes the one that has its SKU."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models, transaction

from catalog.fields import codes_from, tags_from
from catalog.files.columns import FLAGS, OF_PRODUCT, PRODUCT_TITLE, SKU, flag
from catalog.models import Product, Sellable
from catalog.origins import country_codes
from catalog.services import change_product, change_sellable, create_product, create_sellable
from shipping_project.kernel.errors import AppError, FieldError

NEEDED = ("title", "price", "weight_g", "length_mm", "width_mm", "height_mm")
# A tonne, a kilometre: past that somebody mistook the unit.
MAX_MEASURE = 1_000_000
READ: Mapping[str, Callable[[str], object]] = {"tags": tags_from, "hs_codes": codes_from}


@dataclass(slots=True)
class RowTaken:
    sku: str = ""
    outcome: str = ""
    changed: list[str] = field(default_factory=list)
    faults: list[FieldError] = field(default_factory=list)


def take_row(
    *, organization_id: int, values: Mapping[str, str], actor: str, dry_run: bool
) -> RowTaken:
    """Cells that are empty leave what is there. In a dry run nothing stays written."""
    clean, faults = _read(values)
    sku = values.get(SKU, "")
    known = Sellable.objects.filter(organization=organization_id, sku=sku).first() if sku else None
    if known is None:
        faults += [
            _fault(name, "required", "A new product needs it.")
            for name in NEEDED
            if not values.get(name)
        ]
    if faults:
        return RowTaken(sku=sku, faults=faults)
    try:
        with transaction.atomic():
            taken = _write(organization_id, known, clean, values.get(PRODUCT_TITLE, ""), actor)
            transaction.set_rollback(dry_run)
    except AppError as exc:
        return RowTaken(sku=sku, faults=list(exc.errors) or [_fault("", exc.code, exc.detail)])
    return taken


def _read(values: Mapping[str, str]) -> tuple[dict[str, Any], list[FieldError]]:
    """The cells as the models hold them, and every one that they cannot."""
    clean: dict[str, Any] = {}
    faults: list[FieldError] = []
    for name, text in values.items():
        if not text or name == PRODUCT_TITLE:
            continue
        try:
            clean[name] = _clean(name, text)
        except ValidationError as exc:
            faults.append(_fault(name, "invalid", f"{text[:40]!r}: {' '.join(exc.messages)}"))
    if not values.get(SKU):
        faults.append(_fault(SKU, "required", "A row needs its SKU."))
    return clean, faults


def _clean(name: str, text: str) -> Any:
    """Raises ValidationError."""
    if name in FLAGS:
        known = flag(text)
        if known is None:
            raise ValidationError("Say yes or no.")
        return known
    model = Product if name in OF_PRODUCT else Sellable
    found = cast("models.Field[Any, Any]", model._meta.get_field(name))
    value = found.clean(READ[name](text) if name in READ else text, None)
    if name.endswith(("_mm", "_g")) and not 1 <= value <= MAX_MEASURE:
        raise ValidationError(f"Give a number from 1 to {MAX_MEASURE}.")
    if name == "origin_country" and value not in country_codes():
        raise ValidationError("That is no country.")
    return value


def _write(
    organization_id: int, known: Sellable | None, clean: dict[str, Any], title: str, actor: str
) -> RowTaken:
    of_product = {name: value for name, value in clean.items() if name in OF_PRODUCT}
    own = {name: value for name, value in clean.items() if name not in OF_PRODUCT}
    if known is None:
        product = _product(organization_id, title or own["title"], of_product, actor)
        row = Sellable(organization_id=organization_id, product=product, **own)
        create_sellable(sellable=row, actor=actor)
        return RowTaken(sku=row.sku, outcome="created")
    before = {name: getattr(known, name) for name in own}
    parent = {name: getattr(known.product, name) for name in of_product}
    change_sellable(sellable=known, changes=own, actor=actor)
    change_product(product=known.product, changes=of_product, actor=actor)
    changed = [name for name, value in own.items() if before[name] != value]
    changed += [name for name, value in of_product.items() if parent[name] != value]
    outcome = "updated" if changed else "unchanged"
    return RowTaken(sku=known.sku, outcome=outcome, changed=changed)


def _product(organization_id: int, title: str, values: Mapping[str, Any], actor: str) -> Product:
    """The one of this title, to be shared by its sellables, or a new one."""
    rows = Product.objects.filter(organization=organization_id, title=title[:200])
    found: Product | None = rows.order_by("pk").first()
    if found is not None:
        return change_product(product=found, changes=values, actor=actor)
    row = Product(organization_id=organization_id, title=title[:200], **values)
    return create_product(product=row, actor=actor)


def _fault(name: str, code: str, message: str) -> FieldError:
    return FieldError(field=name, code=code, message=message)
