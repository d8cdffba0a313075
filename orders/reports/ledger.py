"""What labels cost, added up from the ledger: pages, API and counts draw from here."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.db.models import F, Sum
from django.db.models.functions import TruncDate

from orders.models import LedgerLine, Order, VoidRequest
from orders.querysets import LedgerLineQuerySet
from orders.rules.voids import VoidPurpose
from shipping_project.kernel.money import CENT, Money, totals_by_currency


class GroupBy(StrEnum):
    SHIPMENT = "shipment"
    PLATFORM = "platform"
    DAY = "day"


GROUPS = {
    GroupBy.SHIPMENT: F("package__shipment__reference"),
    GroupBy.PLATFORM: F("package__shipment__platform"),
    # The day in UTC.
    GroupBy.DAY: TruncDate("at"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """One currency within one group. `refunded` is below zero; `quoted` moves nothing."""

    group: str
    currency: str
    quoted: Decimal = Decimal(0)
    bought: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    adjusted: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        return self.bought + self.refunded + self.adjusted


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMoney:
    """`unpriced` counts labels whose price the platform did not tell, missing from the sums."""

    lines: tuple[LedgerLine, ...]
    shipments: tuple[Spending, ...]
    net: tuple[Money, ...]
    unpriced: int
    voids: tuple[VoidRequest, ...] = ()

    @property
    def replacing(self) -> tuple[VoidRequest, ...]:
        """Where another label is wanted."""
        wanted = (void for void in self.voids if void.purpose == VoidPurpose.REPLACE.value)
        return tuple(void for void in wanted if void.kept_at is None)


def order_money(order: Order) -> OrderMoney:
    """Every line of an order, over all its bookings, oldest first."""
    rows = LedgerLine.objects.of_order(order)
    lines = tuple(rows.order_by("id"))
    shipments = spending_by(rows, GroupBy.SHIPMENT) if lines else ()
    return OrderMoney(
        lines=lines,
        shipments=shipments,
        net=totals_by_currency(Money(one.net, one.currency) for one in shipments),
        unpriced=sum(line.amount is None for line in lines),
        voids=tuple(VoidRequest.objects.of_order(order)) if lines else (),
    )


def spending_by(lines: LedgerLineQuerySet, by: GroupBy) -> tuple[Spending, ...]:
    """Totals by group and currency, in the order of both; labels without a price count nothing."""
    rows = (
        lines.exclude(amount=None)
        .order_by()
        .annotate(group=GROUPS[by])
        .values_list("group", "currency", "kind")
        .annotate(total=Sum("amount"))
    )
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for group, currency, kind, total in rows:
        # SQLite adds in floating point, which is exact far below a cent at these sizes.
        sums[str(group), currency][kind] = total.quantize(CENT)
    return tuple(
        Spending(group=group, currency=currency, **sums[group, currency])
        for group, currency in sorted(sums)
    )
