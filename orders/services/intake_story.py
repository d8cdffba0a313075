"""Where a new order stands once it is kept, and how its story begins."""

from __future__ import annotations

from typing import Any

from orders.models import OrderSource
from orders.rules.states import OrderState
from orders.services.intake_checks import CheckedDraft, order_values
from orders.services.progress import event_values

CHECKED = "Checked: it can be shipped."


def begun_values(checked: CheckedDraft, order_id: int) -> dict[str, Any]:
    """A new order's columns: received, and valid or held at once."""
    return {
        **order_values(checked, order_id),
        "state": first_state(checked),
        "hold_reason": checked.hold_reason,
    }


def first_state(checked: CheckedDraft) -> str:
    return (OrderState.HELD if checked.hold_reason else OrderState.VALID).value


def story_values(
    checked: CheckedDraft, order_id: int, actor: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    held = checked.hold_reason
    received = event_values(
        order_id,
        kind="order.received",
        message=received_words(checked.clean.source, checked.clean.external_ref),
        actor=actor,
        state_to=OrderState.RECEIVED,
    )
    checked_over = event_values(
        order_id,
        kind="order.held" if held else "order.valid",
        message=f"Held: {held}" if held else CHECKED,
        actor=actor if held else "",
        state_from=OrderState.RECEIVED,
        state_to=first_state(checked),
    )
    return received, checked_over


def received_words(source: str, external_ref: str) -> str:
    return f"Received from {OrderSource(source).label} as {external_ref}."
