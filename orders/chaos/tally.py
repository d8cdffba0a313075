"""Counting after the storm: the twin's records against ours, and ours against themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from carriers.models import CommandState, OutboxCommand
from inventory.proof import stock_differences
from orders.models import LabelState, LedgerLine, Order, Package
from orders.rules.states import OrderState
from shipping_project.kernel.money import Money, totals_by_currency

# An order may end without a label in these states alone.
WITHOUT_LABEL = frozenset({OrderState.CANCELLED.value, OrderState.BACKORDERED.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of orders, labels and money. `labels` are kept ones at the twin.

    `duplicates`: kept labels beyond the first of an order. `lost`: orders that should have a label
    and have none at the twin. `unaccounted`: labels that the twin charged for and we do not hold in
    the same state. `differences`: stock numbers that their ledger does not explain. `charged` is
    what the twin's labels cost, `ledger` what ours says they did, by currency.
    """

    orders: int
    labels: int
    duplicates: int
    lost: int
    unaccounted: int
    differences: int
    unknown: int
    handed_over: int
    seconds: float
    charged: tuple[str, ...]
    ledger: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        faults = self.duplicates or self.lost or self.unaccounted or self.differences
        return not faults and self.charged == self.ledger

    def totals(self) -> dict[str, object]:
        return asdict(self) | {"seconds": round(self.seconds, 1)}


def tally(numbers: Sequence[str], labels: Sequence[Mapping[str, Any]], *, seconds: float) -> Tally:
    """`numbers` are the accepted orders, `labels` every label that the twin ever sold."""
    kept = [row for row in labels if row["state"] == "bought"]
    by_order = Counter(str(row["reference"]).rpartition("-")[0] for row in kept)
    states = dict(Order.objects.filter(number__in=numbers).values_list("number", "state"))
    should_ship = {n for n in numbers if states.get(n) not in WITHOUT_LABEL}
    commands = OutboxCommand.objects.all()
    return Tally(
        orders=len(numbers),
        labels=len(kept),
        duplicates=sum(count - 1 for count in by_order.values()),
        lost=len(should_ship - set(by_order)),
        unaccounted=len(unaccounted_labels(labels)),
        differences=len(stock_differences()),
        unknown=commands.filter(state=CommandState.UNKNOWN).count(),
        handed_over=commands.filter(state=CommandState.STUCK).count(),
        seconds=seconds,
        charged=_in_words(Money(Decimal(row["cost"]), str(row["currency"])) for row in labels),
        ledger=_in_words(line.money for line in LedgerLine.objects.costs() if line.money),
    )


def _in_words(amounts: Iterable[Money]) -> tuple[str, ...]:
    return tuple(str(total) for total in totals_by_currency(amounts))


def unaccounted_labels(labels: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Labels whose tracking number we do not hold, or hold in another state than the twin."""
    ours = {
        (number, reference): state
        for number, reference, state in Package.objects.exclude(
            label_state=LabelState.NONE
        ).values_list("tracking_number", "shipment__reference", "label_state")
    }
    return [
        row
        for row in labels
        if ours.get((str(row["tracking_number"]), str(row["reference"]))) != row["state"]
    ]
