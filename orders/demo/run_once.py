"""Sending the sample orders through the running system as a partner would, and counting labels
where they were really sold: at the twin."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from orders.demo.partner import Partner
from orders.demo.seed import sample_bodies
from orders.demo.twin_control import twin_report
from orders.models import Order
from orders.rules.states import OrderState

WAIT_S = 300.0
LOOK_EVERY_S = 0.5
# What an order may rest in without a label: kept back on purpose, or no stock anywhere.
RESTING = frozenset({OrderState.HELD.value, OrderState.BACKORDERED.value})
COLUMNS = (
    *("order", "platform", "carrier", "service", "warehouse"),
    *("cost", "tracking number", "state"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceReport:
    """`rows` as printed; the counts are the twin's. `lost` are orders that should have a label."""

    rows: tuple[tuple[str, ...], ...]
    labels: int
    duplicates: int
    lost: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        return self.labels > 0 and not self.duplicates and not self.lost

    def totals(self) -> dict[str, object]:
        return {
            "orders": len(self.rows),
            "labels": self.labels,
            "duplicates": self.duplicates,
            "lost": self.lost,
            "seconds": round(self.seconds, 1),
        }

    def table(self) -> str:
        rows = [COLUMNS, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )


def run_sample_orders(*, web_url: str, look_after: Callable[[], None]) -> OnceReport:
    """Post every sample order, wait until all rest, and count. `look_after` is called meanwhile."""
    begun = time.monotonic()
    partner = Partner(web_url)
    numbers = [partner.post_order(slug, body) for slug, body in sample_bodies()]
    stop_at = begun + WAIT_S
    while time.monotonic() < stop_at and not _all_rest(numbers):
        look_after()
        time.sleep(LOOK_EVERY_S)
    return _report(numbers, time.monotonic() - begun)


def _all_rest(numbers: list[str]) -> bool:
    """Every order has its label file, or rests in a state that only people or goods change."""
    try:
        orders = Order.objects.filter(number__in=numbers)
        done = orders.filter(shipments__packages__label_state="bought").exclude(
            shipments__packages__label_file=""
        )
        resting = orders.filter(state__in=[*RESTING, OrderState.NEEDS_ATTENTION.value])
        rested = {*done.values_list("pk", flat=True), *resting.values_list("pk", flat=True)}
        return len(rested) == len(numbers)
    finally:
        # The supervisor must not hold a connection open over the worker's writes.
        connection.close()


def _report(numbers: list[str], seconds: float) -> OnceReport:
    sold = [row for row in twin_report()["labels"] if row["state"] == "bought"]
    by_order = Counter(_order_number(str(row["reference"])) for row in sold)
    orders = list(Order.objects.filter(number__in=numbers).for_list().order_by("id"))
    should_ship = {order.number for order in orders if order.state not in RESTING}
    return OnceReport(
        rows=tuple(_row(order) for order in orders),
        labels=len(sold),
        duplicates=sum(count - 1 for count in by_order.values()),
        lost=len(should_ship - set(by_order)),
        seconds=seconds,
    )


def _order_number(reference: str) -> str:
    """Our reference is the order's number and a suffix for the booking."""
    return reference.rpartition("-")[0]


def _row(order: Order) -> tuple[str, ...]:
    for shipment in order.shipments.all():
        for package in shipment.packages.all():
            return (
                order.number,
                shipment.get_platform_display(),
                shipment.carrier,
                shipment.service_name,
                shipment.warehouse.code,
                str(package.label_cost or ""),
                package.tracking_number,
                order.get_state_display(),
            )
    return (order.number, "", "", "", "", "", "", order.get_state_display())
