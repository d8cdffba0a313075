"""Rules tried on past orders: what came of it, and a second person's word."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin
from accounts.permissions import MANAGERS
from orders.models import ShadowDifference, SimulatedChange, Simulation
from orders.reports.simulations import MOST_SHOWN, beyond
from orders.rules.replay import Way, cost_changes, read_tally
from orders.services.simulations import approve_simulation, cancel_simulation


def _approve(simulation: Simulation, words: Words, actor: str) -> str:
    approve_simulation(simulation_id=simulation.pk, actor=actor)
    return "Approved; the draft may go live."


def _cancel(simulation: Simulation, words: Words, actor: str) -> str:
    cancel_simulation(simulation_id=simulation.pk, actor=actor)
    return "Nothing more of it is worked off."


@admin.register(Simulation)
class SimulationAdmin(LedgerAdmin):
    act_roles = MANAGERS
    list_display = ["rule_set", "base", "state", "done", "total", "created_by", "approved_by"]
    list_filter = ["state", "rule_set"]
    list_select_related = ["rule_set", "base"]
    exclude = ["content", "first_id", "last_id", "after_id", "tally", "stock_shift"]
    fields = [
        *("rule_set", "base", "organization", ("since", "until"), ("state", "done", "total")),
        *("created_by", "approved_by", "findings", "costs", "ways"),
    ]
    actions = [
        confirmed(
            NamedAction(
                name="approve",
                description="Approve",
                question="The draft may then go live although it is beyond the gate.",
                run=_approve,
            )
        ),
        confirmed(
            NamedAction(
                name="cancel",
                description="Cancel",
                question="What was found so far stays.",
                run=_cancel,
                is_danger=True,
            )
        ),
    ]

    def get_readonly_fields(self, request: object, obj: object = None) -> list[str]:
        return [
            *("rule_set", "base", "organization", "since", "until", "state", "done", "total"),
            *("created_by", "approved_by", "findings", "costs", "ways"),
        ]

    def findings(self, simulation: Simulation) -> str:
        tally = read_tally(simulation.tally)
        told = f"{tally.changed} of {tally.replayed} orders would change. "
        return told + ("; ".join(beyond(simulation)) or "Within the gate.")

    def costs(self, simulation: Simulation) -> SafeString:
        lines = [
            f"{cost.currency}: {cost.before} → {cost.after} ({cost.percent} %) over {cost.orders} "
            f"orders; an order {cost.mean} more, between {cost.low} and {cost.high}"
            for cost in cost_changes(read_tally(simulation.tally))
        ]
        return _lines(lines or ["No order could be priced both ways."])

    def ways(self, simulation: Simulation) -> SafeString:
        flows = read_tally(simulation.tally).flows.most_common(MOST_SHOWN)
        return _lines([f"{count} × {way}" for way, count in flows] or ["None changed."])


def _lines(texts: list[str]) -> SafeString:
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((t,) for t in texts)))


@admin.register(SimulatedChange)
class SimulatedChangeAdmin(LedgerAdmin):
    list_display = ["simulation", "order", "rise", "currency", "old_days", "new_days"]
    list_select_related = ["simulation__rule_set", "order"]
    search_fields = ["=order__number", "=simulation__id"]


@admin.register(ShadowDifference)
class ShadowDifferenceAdmin(LedgerAdmin):
    list_display = ["decision", "order", "shadow", "by_it", "instead"]
    list_select_related = ["decision__order", "decision__warehouse", "shadow"]
    list_filter = ["shadow"]
    search_fields = ["=decision__order__number"]

    def order(self, difference: ShadowDifference) -> str:
        return difference.decision.order.number

    @admin.display(description="By the rules before")
    def by_it(self, difference: ShadowDifference) -> str:
        return Way(**difference.way).words

    @admin.display(description="By the live rules")
    def instead(self, difference: ShadowDifference) -> str:
        return Way(**difference.actual).words
