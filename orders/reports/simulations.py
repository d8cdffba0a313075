"""What a simulation has found, as its page, the admin and the API tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from orders.models import SimulatedChange, Simulation
from orders.rules.replay import CostChange, Gate, Tally, beyond_gate, cost_changes, read_tally

MOST_SHOWN = 50
CSV_COLUMNS = (
    *("order", "platform_before", "carrier_before", "service_before", "warehouse_before"),
    *("hold_before", "failure_before"),
    *("platform_after", "carrier_after", "service_after", "warehouse_after"),
    *("hold_after", "failure_after"),
    *("price_before", "price_after", "rise", "currency", "days_before", "days_after"),
    *("is_estimate", "is_short"),
)
WAY = ("platform", "carrier", "service", "warehouse", "hold", "failure")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationReport:
    """`losers` are the orders whose label would cost most more, `winners` most less."""

    simulation: Simulation
    tally: Tally
    costs: tuple[CostChange, ...]
    flows: tuple[tuple[str, int], ...]
    short: tuple[tuple[str, int], ...]
    losers: tuple[SimulatedChange, ...]
    winners: tuple[SimulatedChange, ...]
    beyond: tuple[str, ...]
    needs_second_person: bool


def simulation_report(simulation: Simulation) -> SimulationReport:
    tally = read_tally(simulation.tally)
    reasons = beyond(simulation)
    changes = simulation.changes.select_related("order")
    return SimulationReport(
        simulation=simulation,
        tally=tally,
        costs=cost_changes(tally),
        flows=tuple(tally.flows.most_common(MOST_SHOWN)),
        short=tuple(tally.short.most_common(MOST_SHOWN)),
        losers=tuple(changes.filter(rise__gt=0).order_by("-rise", "id")[:MOST_SHOWN]),
        winners=tuple(changes.filter(rise__lt=0).order_by("rise", "id")[:MOST_SHOWN]),
        beyond=reasons,
        needs_second_person=bool(reasons) and not simulation.approved_by,
    )


def beyond(simulation: Simulation) -> tuple[str, ...]:
    """What of it goes beyond the gate."""
    gate = Gate(
        unmatched=settings.ROUTING_GATE_UNMATCHED,
        cost_percent=settings.ROUTING_GATE_COST_PERCENT,
        unpriced_percent=settings.ROUTING_GATE_UNPRICED_PERCENT,
    )
    return beyond_gate(read_tally(simulation.tally), gate)


def change_rows(simulation: Simulation) -> Iterator[tuple[object, ...]]:
    """Every changed order in the columns of the CSV, read as they are written."""
    for change in simulation.changes.select_related("order").order_by("id").iterator():
        yield (
            change.order.number,
            *(change.before.get(name, "") for name in WAY),
            *(change.after.get(name, "") for name in WAY),
            *(change.old_price, change.new_price, change.rise, change.currency),
            *(change.old_days, change.new_days),
            *("yes" if flag else "" for flag in (change.is_estimate, change.is_short)),
        )
