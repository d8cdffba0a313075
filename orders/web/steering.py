"""What a person may have done with an order from a page, by the name of the button."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from orders.models import Order
from orders.services.cancellation import cancel_order
from orders.services.dispatch import dispatch_order
from orders.services.holds import hold_order, release_order
from orders.services.replacement import keep_label, replace_label, write_off_label
from orders.services.rerouting import Rerouted, preview_reroute, reroute_order
from orders.services.retry import buy_anyway, retry_order

Act = Callable[[Order, str, str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """An action by its name; `act` takes the order, a reason and who acts."""

    label: str
    act: Act
    done: str
    asks_reason: bool = False
    is_dangerous: bool = False
    # What it would change, by the order's id, to be looked at before.
    preview: Callable[[Sequence[int]], Mapping[int, Rerouted]] | None = None


STEERING: dict[str, Steering] = {
    "dispatch": Steering(
        label="Dispatch",
        act=lambda order, _, who: dispatch_order(order_id=order.pk, actor=who),
        done="Dispatched.",
    ),
    "retry": Steering(
        label="Retry",
        act=lambda order, _, who: retry_order(order_id=order.pk, actor=who),
        done="It goes on from the step that failed.",
    ),
    "buy_anyway": Steering(
        label="Buy anyway",
        act=lambda order, _, who: buy_anyway(order_id=order.pk, actor=who),
        done="The price is agreed to; the label is bought next.",
    ),
    "reroute": Steering(
        label="Route anew",
        act=lambda order, _, who: reroute_order(order_id=order.pk, actor=who),
        done="Looked at by the rules of now.",
        preview=lambda ids: preview_reroute(order_ids=ids),
    ),
    "hold": Steering(
        label="Hold",
        act=lambda order, reason, who: hold_order(order_id=order.pk, reason=reason, actor=who),
        done="Held back.",
        asks_reason=True,
    ),
    "release": Steering(
        label="Release",
        act=lambda order, _, who: release_order(order_id=order.pk, actor=who),
        done="Released.",
    ),
    "replace_label": Steering(
        label="Replace label",
        act=lambda order, reason, who: replace_label(order_id=order.pk, reason=reason, actor=who),
        done="The label is given back; another one is bought once the platform took it.",
        asks_reason=True,
        is_dangerous=True,
    ),
    "keep_label": Steering(
        label="Keep label",
        act=lambda order, reason, who: keep_label(order_id=order.pk, reason=reason, actor=who),
        done="It is shipped with the label after all.",
        asks_reason=True,
        is_dangerous=True,
    ),
    "write_off_label": Steering(
        label="Write label off",
        act=lambda order, reason, who: write_off_label(order_id=order.pk, reason=reason, actor=who),
        done="The label counts as paid for nothing; another one is bought.",
        asks_reason=True,
        is_dangerous=True,
    ),
    "cancel": Steering(
        label="Cancel",
        act=lambda order, reason, who: cancel_order(order_id=order.pk, reason=reason, actor=who),
        done="Cancellation is under way.",
        asks_reason=True,
        is_dangerous=True,
    ),
}


def reason_of(request: HttpRequest) -> str:
    """What was typed, without the one character that no database keeps."""
    return request.POST.get("reason", "").replace("\x00", "").strip()
