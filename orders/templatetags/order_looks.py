"""How states look on a page: one tone for each, the same everywhere."""

from __future__ import annotations

from django import template

register = template.Library()

TONES = {
    # Orders.
    "received": "info",
    "valid": "info",
    "routed": "info",
    "reserved": "info",
    "booking": "info",
    "booked": "ok",
    "in_transit": "ok",
    "delivered": "ok",
    "held": "warn",
    "needs_attention": "bad",
    "backordered": "warn",
    "cancelled": "muted",
    "returned": "muted",
    "split": "info",
    # Shipments, labels and commands.
    "requested": "info",
    "labelled": "ok",
    "bought": "ok",
    "voided": "muted",
    "none": "muted",
    "pending": "info",
    "in_flight": "info",
    "unknown": "warn",
    "stuck": "bad",
    "rejected": "bad",
    # Parcels on their way.
    "out_for_delivery": "ok",
    "exception": "bad",
    "failed": "bad",
    # Steps of a routing decision.
    "chosen": "ok",
    "passed": "info",
    "skipped": "muted",
}


@register.filter
def tone(state: str) -> str:
    """The last part of a badge's class; what is not known looks muted."""
    return TONES.get(str(state), "muted")
