"""The daily work on orders: one service call for each chosen order."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin_actions import NamedAction, ReasonForm, Words, confirmed
from orders.models import Order
from orders.services.assignees import assign_order
from orders.services.cancellation import cancel_order
from orders.services.dispatch import Dispatched, dispatch_order
from orders.services.holds import hold_order, release_order
from orders.services.overrides import override_route
from orders.services.replacement import keep_label, replace_label, write_off_label
from orders.services.rerouting import Rerouted, preview_reroute, reroute_order
from orders.services.retry import buy_anyway, retry_order
from orders.services.splitting import split_order
from orders.way_forms import WayForm, picked_from

TOLD = {
    Dispatched.RESERVED: "Routed; stock is held and the booking is under way.",
    Dispatched.BACKORDERED: "No warehouse has all lines; it goes on when stock arrives.",
    Dispatched.HELD: "A rule keeps it back; the order page says why.",
    Dispatched.SPLIT: "No warehouse has all of it, so it is sent in parts.",
    Dispatched.UNROUTED: "No route was found; the order page says why.",
}


def _dispatch(order: Order, words: Words, actor: str) -> str:
    return TOLD[dispatch_order(order_id=order.pk, actor=actor)]


def _retry(order: Order, words: Words, actor: str) -> str:
    after = retry_order(order_id=order.pk, actor=actor)
    return f"Taken up again; it is {after.get_state_display().lower()} now."


def _hold(order: Order, words: Words, actor: str) -> str:
    hold_order(order_id=order.pk, reason=words["reason"], actor=actor)
    return "Held until somebody releases it."


def _release(order: Order, words: Words, actor: str) -> str:
    release_order(order_id=order.pk, actor=actor)
    return "Released; it is dispatched next."


def _assign(order: Order, words: Words, actor: str) -> str:
    after = assign_order(order_id=order.pk, assignee=words["assignee"], actor=actor)
    return f"{after.assignee} looks after it." if after.assignee else "Given back to the managers."


def _cancel(order: Order, words: Words, actor: str) -> str:
    after = cancel_order(order_id=order.pk, reason=words["reason"], actor=actor)
    if after.state == "cancelled":
        return "Cancelled."
    return "Cancellation asked for; it ends when the platform has answered."


def _buy_anyway(order: Order, words: Words, actor: str) -> str:
    buy_anyway(order_id=order.pk, actor=actor)
    return "The price is agreed to; the label is bought next."


def _replace_label(order: Order, words: Words, actor: str) -> str:
    replace_label(order_id=order.pk, reason=words["reason"], actor=actor)
    return "The label is given back; another one is bought once the platform took it."


def _keep_label(order: Order, words: Words, actor: str) -> str:
    keep_label(order_id=order.pk, reason=words["reason"], actor=actor)
    return "It is shipped with the label after all."


def _write_off_label(order: Order, words: Words, actor: str) -> str:
    write_off_label(order_id=order.pk, reason=words["reason"], actor=actor)
    return "The label counts as paid for nothing; another one is bought."


def _reroute(order: Order, words: Words, actor: str) -> str:
    return _change_words(reroute_order(order_id=order.pk, actor=actor))


def _preview_reroute(orders: list[Order]) -> dict[int, str]:
    previewed = preview_reroute(order_ids=[order.pk for order in orders])
    return {pk: _change_words(one) for pk, one in previewed.items()}


def _change_words(done: Rerouted) -> str:
    if done.refusal:
        return f"Stays as it is: {done.refusal.message}"
    before = done.before.words or "not routed yet"
    if not done.is_changed:
        return f"The same: {before}"
    held = f", held: {done.after.hold}" if done.after.hold else ""
    return f"{before} → {done.after.words}, {done.after.service or 'no service'}{held}"


def _split(order: Order, words: Words, actor: str) -> str:
    parts = split_order(order_id=order.pk, asked=(), reason=words["reason"], actor=actor)
    return f"In parts: {', '.join(part.number for part in parts)}."


def _override(order: Order, words: Words, actor: str) -> str:
    override = override_route(
        order_id=order.pk, picked=picked_from(words), reason=words["reason"], actor=actor
    )
    return f"It goes {override}; the choice of the rules is kept beside it."


class AssigneeForm(forms.Form):
    assignee = forms.CharField(
        max_length=150,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        label="User",
        help_text="The user's name; empty gives them back to the managers.",
    )


class AdminWayForm(WayForm):
    """In the admin's own look."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget = UnfoldAdminSelectWidget()
                field.widget.choices = field.choices
            else:
                field.widget = UnfoldAdminTextInputWidget()


ORDER_ACTIONS = [
    confirmed(
        NamedAction(
            name="dispatch_orders",
            description="Dispatch",
            question="Each is routed, its stock is held and it is booked at the platform.",
            run=_dispatch,
        )
    ),
    confirmed(
        NamedAction(
            name="retry",
            description="Retry",
            question="Each goes on from the step that failed. No label is bought twice.",
            run=_retry,
        )
    ),
    confirmed(
        NamedAction(
            name="buy_anyway",
            description="Buy anyway",
            question="For orders that wait because their label costs more than was agreed to: the "
            "price asked for last is agreed to, and the label bought.",
            run=_buy_anyway,
            is_danger=True,
        )
    ),
    confirmed(
        NamedAction(
            name="hold",
            description="Hold",
            question="Held orders are not dispatched until somebody releases them.",
            run=_hold,
            form=ReasonForm,
        )
    ),
    confirmed(
        NamedAction(
            name="assign",
            description="Assign",
            question="Somebody looks after each, as the work list shows.",
            run=_assign,
            form=AssigneeForm,
        )
    ),
    confirmed(
        NamedAction(
            name="release",
            description="Release",
            question="Held orders go on to dispatch.",
            run=_release,
        )
    ),
    confirmed(
        NamedAction(
            name="reroute",
            description="Route anew",
            question="Each is routed by the rules of now, as shown. Booked orders are not touched.",
            run=_reroute,
            preview=_preview_reroute,
        )
    ),
    confirmed(
        NamedAction(
            name="override",
            description="Pick the way",
            question="Each goes the way picked here in place of the rules' own, which is kept "
            "beside it. What is left to the rules they choose. Booked orders are refused.",
            run=_override,
            form=AdminWayForm,
        )
    ),
    confirmed(
        NamedAction(
            name="split",
            description="Split by stock",
            question="Each that no warehouse can send alone is sent from as few as possible, in "
            "parts that are orders of their own.",
            run=_split,
            form=ReasonForm,
        )
    ),
    confirmed(
        NamedAction(
            name="replace_label",
            description="Replace label",
            question="Each label is voided at its platform, and another one is bought after the "
            "order was routed anew. The refund comes later, or not at all.",
            run=_replace_label,
            form=ReasonForm,
            is_danger=True,
        )
    ),
    confirmed(
        NamedAction(
            name="keep_label",
            description="Keep label",
            question="For labels that were to be replaced and could not be given back: the orders "
            "are shipped with them after all.",
            run=_keep_label,
            form=ReasonForm,
            is_danger=True,
        )
    ),
    confirmed(
        NamedAction(
            name="write_off_label",
            description="Write label off",
            question="For labels that were to be replaced and could not be given back: another one "
            "is bought, and the money for this one stays spent.",
            run=_write_off_label,
            form=ReasonForm,
            is_danger=True,
        )
    ),
    confirmed(
        NamedAction(
            name="cancel",
            description="Cancel",
            question="Bookings and labels upstream are called off as well. "
            "This cannot be taken back.",
            run=_cancel,
            form=ReasonForm,
            is_danger=True,
        )
    ),
]
