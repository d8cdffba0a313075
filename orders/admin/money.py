"""Money: what moved, line by line, and what is to come back."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django import forms
from django.contrib import admin
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_actions import NamedAction, ReasonForm, Words, confirmed
from accounts.admin_base import LedgerAdmin, ReadOnlyInline
from accounts.permissions import MANAGERS
from orders.models import LedgerLine, VoidRequest
from orders.services.voids import confirm_refund, give_up_refund, look_soon
from shipping_project.kernel.money import Money


class LedgerLineInline(ReadOnlyInline):
    model = LedgerLine
    fields = readonly_fields = ["at", "kind", "amount", "currency", "upstream_ref", "matched_at"]


@admin.register(LedgerLine)
class LedgerLineAdmin(LedgerAdmin):
    list_display = [
        "at",
        "package",
        "kind",
        "amount",
        "currency",
        "upstream_ref",
        "note",
        "matched_ref",
        "matched_at",
    ]
    list_filter = ["kind", "currency", "package__shipment__platform"]
    list_select_related = ["package"]
    ordering = ["-id"]
    search_fields = [
        "=upstream_ref",
        "=matched_ref",
        "=package__tracking_number",
        "=package__shipment__reference",
        "=package__shipment__order__number",
    ]


class RefundForm(ReasonForm):
    amount = forms.DecimalField(
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget,
        help_text="What came back, by the platform's statement.",
    )
    currency = forms.RegexField(r"^[A-Z]{3}$", widget=UnfoldAdminTextInputWidget)


def _look_soon(void: VoidRequest, words: Words, actor: str) -> str:
    look_soon(void_id=void.pk)
    return "The platform is asked at the next round, within five minutes."


def _confirm(void: VoidRequest, words: Words, actor: str) -> str:
    back = Money(words["amount"], words["currency"])
    confirm_refund(void_id=void.pk, back=back, reason=words["reason"], actor=actor)
    return f"{back} stands in the ledger as refunded."


def _give_up(void: VoidRequest, words: Words, actor: str) -> str:
    give_up_refund(void_id=void.pk, reason=words["reason"], actor=actor)
    return "Closed; the label counts as paid."


class VoidRequestInline(ReadOnlyInline):
    model = VoidRequest
    fields = readonly_fields = [
        "state",
        "purpose",
        "requested_at",
        "window_ends_at",
        "accepted_at",
        "refund_due_at",
        "settled_at",
    ]


@admin.register(VoidRequest)
class VoidRequestAdmin(LedgerAdmin):
    act_roles: ClassVar[frozenset[str]] = MANAGERS
    list_display = [
        "id",
        "package",
        "state",
        "purpose",
        "requested_at",
        "window_ends_at",
        "accepted_at",
        "refund_due_at",
        "settled_at",
        "detail",
    ]
    list_filter = ["state", "purpose", "package__shipment__platform"]
    list_select_related = ["package"]
    search_fields = [
        "=label_ref",
        "=package__tracking_number",
        "=package__shipment__reference",
        "=package__shipment__order__number",
    ]
    actions = [
        confirmed(
            NamedAction(
                name="look_soon",
                description="Ask for the refund now",
                question="The platform is asked whether the money came back.",
                run=_look_soon,
            )
        ),
        confirmed(
            NamedAction(
                name="confirm_refund",
                description="Refund has come",
                question="For one label at a time, where the platform's API shows no refund "
                "(Veeqo): the amount is entered in the ledger.",
                run=_confirm,
                form=RefundForm,
            )
        ),
        confirmed(
            NamedAction(
                name="give_up_refund",
                description="No refund comes",
                question="The void is closed as rejected; the money stays spent.",
                run=_give_up,
                form=ReasonForm,
                is_danger=True,
            )
        ),
    ]
