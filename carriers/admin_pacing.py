"""How much of a platform's limit is used, and what does not answer."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin
from accounts.permissions import STAFF
from carriers.pacing import Circuit, RateWindow
from carriers.services.circuits import close_circuit


@admin.register(RateWindow)
class RateWindowAdmin(LedgerAdmin):
    list_display = ["credential", "platform", "calls", "refusals", "changed_at"]
    list_filter = ["platform"]


def _close(circuit: Circuit, words: Words, actor: str) -> str:
    is_closed = close_circuit(circuit_id=circuit.pk, actor=actor)
    return "It is called again from now on." if is_closed else "It was not resting."


@admin.register(Circuit)
class CircuitAdmin(LedgerAdmin):
    act_roles = STAFF
    list_display = ["operation", "platform", "failures", "open_until", "error_code", "changed_at"]
    list_filter = ["platform"]
    actions = [
        confirmed(
            NamedAction(
                name="end_rest",
                description="End the rest",
                question="The operation is called again at once; should it still fail, it rests "
                "again.",
                run=_close,
            )
        )
    ]
