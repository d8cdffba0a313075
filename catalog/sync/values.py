"""A sellable's values as the merge compares them, and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models

from catalog.models import Sellable
from catalog.rules.merge import FIELDS, Group, Value
from catalog.sync.items import amount_text
from shipping_project.kernel.errors import AppError, FieldError


class ValuesUnfit(AppError):
    """A value that a sellable cannot hold; `errors` names each. Nothing was written."""

    code = "catalog.values_unfit"
    status = 422
    title = "A sellable cannot hold these values"


def values_of(sellable: Sellable) -> dict[str, Value]:
    """Every field that the platforms may know, but for a cost that was never given, and dangers
    that are not there.
    """
    names = [name for group in Group for name in FIELDS[group]]
    found: dict[str, Value] = {name: _plain(getattr(sellable, name)) for name in names}
    if sellable.cost:
        found["cost_currency"] = sellable.cost_money.currency
    else:
        del found["cost"], found["cost_currency"]
    return {name: value for name, value in found.items() if value is not False}


def fitting(values: Mapping[str, object]) -> dict[str, object]:
    """The values as the model holds them. Raises ValuesUnfit naming every one it cannot."""
    clean, faults = {}, []
    for name, value in values.items():
        try:
            clean[name] = _field(name).clean(value, None)
        except ValidationError as exc:
            message = f"{str(value)[:40]!r}: {' '.join(exc.messages)}"
            faults.append(FieldError(field=name, code=ValuesUnfit.code, message=message))
    if faults:
        detail = "; ".join(f"{fault.field} {fault.message}" for fault in faults)
        raise ValuesUnfit(detail, errors=faults)
    return clean


def _field(name: str) -> models.Field[Any, Any]:
    return cast("models.Field[Any, Any]", Sellable._meta.get_field(name))


def _plain(value: object) -> Value:
    if isinstance(value, Decimal):
        return amount_text(value)
    return value if isinstance(value, int) else str(value)
