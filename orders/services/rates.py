"""Our own tables of prices, and the rates between currencies, as they are stored."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Max

from accounts.models import Organization
from accounts.services.audit import record_audit
from carriers.models import Carrier
from inventory.models import Warehouse
from orders.models import CurrencyRate, TableRate
from orders.rules.exchange import DatedRate, Exchange, usable_rates
from orders.rules.rate_table import RateTable
from orders.rules.replay_prices import ReplayPrices
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput

MOST_ROWS = 5_000
COLUMNS = (
    *("organization", "platform", "carrier", "service_name", "warehouse", "origin_country"),
    *("destination", "above_g", "up_to_g", "price", "per_kg", "currency", "promised_days"),
    *("valid_from", "valid_until"),
)
NEEDED = ("platform", "carrier", "service_name", "up_to_g", "price", "currency")


class RateStored(Conflict):
    code = "currency_rate.stored"
    title = "Another rate is stored for this pair and day"


def carrier_divisors() -> dict[str, int]:
    """Cubic centimetres a kilogram, by carrier."""
    return dict(Carrier.objects.values_list("code", "divisor_cm3_per_kg"))


def rate_table(*, organization_id: int | None = None, everybody: bool = False) -> RateTable:
    """The rows of all organizations and of this one; with `everybody` those of each."""
    rows = TableRate.objects.ready()
    if not everybody:
        rows = rows.for_everybody_and(organization_id)
    return RateTable([row.as_row() for row in rows], divisors=carrier_divisors())


def replay_prices() -> ReplayPrices:
    """All tables and currency rates; kept until one of them changes."""
    stamp = tuple(
        tuple(model.objects.aggregate(rows=Count("pk"), newest=Max("updated_at")).values())
        for model in (TableRate, CurrencyRate)
    ) + tuple(sorted(carrier_divisors().items()))
    kept = _replay_prices.get(stamp)
    if kept is None:
        _replay_prices.clear()
        kept = _replay_prices[stamp] = ReplayPrices(
            rate_table(everybody=True),
            rates=_dated(CurrencyRate.objects.all()),
            most_days=settings.CURRENCY_RATE_DAYS,
        )
    return kept


_replay_prices: dict[tuple[object, ...], ReplayPrices] = {}


def exchange_for(currencies: Collection[str], *, day: date) -> Exchange:
    """The rates between these currencies that may be used on that day."""
    if len(set(currencies)) < 2:
        return Exchange()
    most_days = settings.CURRENCY_RATE_DAYS
    rows = CurrencyRate.objects.filter(
        base__in=currencies,
        quote__in=currencies,
        day__lte=day,
        day__gte=day - timedelta(days=most_days),
    )
    return Exchange(usable_rates(_dated(rows), day=day.isoformat(), most_days=most_days))


def _dated(rows: Iterable[CurrencyRate]) -> list[DatedRate]:
    return [
        DatedRate(
            base=row.base,
            quote=row.quote,
            rate=f"{row.rate.normalize():f}",
            day=row.day.isoformat(),
            source=row.source,
        )
        for row in rows
    ]


def enter_currency_rate(
    *, base: str, quote: str, rate: Decimal, day: date, source: str, actor: str
) -> CurrencyRate:
    """A repeat returns the first. Raises RateStored where the stored one differs."""
    with transaction.atomic():
        row, created = CurrencyRate.objects.get_or_create(
            base=base,
            quote=quote,
            day=day,
            defaults={"rate": rate, "source": source, "entered_by": actor},
        )
        if created:
            record_audit(actor=actor, action="currencyrate.created", subject=row)
        elif row.rate != rate:
            raise RateStored(f"{row} is stored; a manager corrects it in the admin.")
        return row


def import_table(*, text: str, replace: bool, actor: str) -> int:
    """Rows of a CSV with the columns of `COLUMNS`; `replace` drops all rows of before.

    All or nothing: raises InvalidInput that names every fault by line and column.
    """
    rows = _read(text)
    with transaction.atomic():
        if replace:
            TableRate.objects.all().delete()
        kept = TableRate.objects.bulk_create(rows)
        told = {"rows": len(rows), "replace": replace}
        record_audit(actor=actor, action="tablerate.imported", subject=kept[-1], after=told)
    return len(rows)


def _read(text: str) -> list[TableRate]:
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    _check_columns(reader.fieldnames or ())
    organizations = {one.slug: one for one in Organization.objects.all()}
    warehouses = {one.code: one for one in Warehouse.objects.all()}
    rows: list[TableRate] = []
    faults: list[FieldError] = []
    for line, cells in enumerate(reader, start=2):
        if len(rows) >= MOST_ROWS:
            words = f"At most {MOST_ROWS} rows."
            raise InvalidInput(errors=[FieldError(field="csv", code="too_many", message=words)])
        row, found = _row(cells, organizations, warehouses)
        rows.append(row)
        faults += [
            FieldError(field=f"line {line}.{name}", code="invalid", message=message)
            for name, message in found
        ]
    if not rows:
        faults.append(FieldError(field="csv", code="empty", message="It holds no row."))
    if faults:
        raise InvalidInput(errors=faults)
    return rows


def _check_columns(names: Sequence[str]) -> None:
    strange = [name for name in names if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in names]
    found = [("unknown_column", f"The column {name!r} is not known.") for name in strange]
    found += [("missing_column", f"The column {name} is missing.") for name in missing]
    if found:
        raise InvalidInput(
            errors=[FieldError(field="csv", code=code, message=words) for code, words in found]
        )


def _row(
    cells: Mapping[str, str],
    organizations: Mapping[str, Organization],
    warehouses: Mapping[str, Warehouse],
) -> tuple[TableRate, list[tuple[str, str]]]:
    values: dict[str, Any] = {
        name: (cells.get(name) or "").strip() for name in COLUMNS if (cells.get(name) or "").strip()
    }
    faults: list[tuple[str, str]] = []
    known: Iterable[tuple[str, Mapping[str, Any]]] = (
        ("organization", organizations),
        ("warehouse", warehouses),
    )
    for name, rows in known:
        if name in values and values[name] not in rows:
            faults.append((name, f"There is no {values[name]}."))
        values[name] = rows.get(values.get(name, ""))
    row = TableRate(**values)
    try:
        row.clean_fields(exclude={"organization", "warehouse"})
        row.clean()
    except ValidationError as exc:
        faults += [(name, " ".join(messages)) for name, messages in exc.message_dict.items()]
    return row, faults
