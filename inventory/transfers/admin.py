"""Transfers, to look at and to move on."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_actions import NamedAction, ReasonForm, Words, confirmed
from accounts.admin_base import LedgerAdmin, ReadOnlyInline
from accounts.permissions import STAFF
from inventory.models import Transfer, TransferArrival, TransferLine
from inventory.purchasing.admin import LinesInline, ReceiveForm
from inventory.transfers.services import (
    arrive_transfer,
    cancel_transfer,
    send_transfer,
    write_off_transfer,
)


def _send(transfer: Transfer, words: Words, actor: str) -> str:
    send_transfer(transfer_id=transfer.pk, actor=actor)
    return "On its way."


def _arrive(transfer: Transfer, words: Words, actor: str) -> str:
    """All that is on its way; a part arrives on its page or by the API."""
    again = transfer.arrivals.filter(reference=words["reference"]).first()
    units = (
        {int(pk): count for pk, count in again.units.items()}
        if again
        else {
            line.sellable_id: line.outstanding for line in transfer.lines.all() if line.outstanding
        }
    )
    arrived = arrive_transfer(
        transfer_id=transfer.pk, reference=words["reference"], units=units, actor=actor
    )
    was = "" if arrived.created else "Counted already. "
    return f"{was}{arrived.arrival.total} units."


def _write_off(transfer: Transfer, words: Words, actor: str) -> str:
    lost = write_off_transfer(transfer_id=transfer.pk, reason=words["reason"], actor=actor)
    return f"{lost} units are lost."


def _cancel(transfer: Transfer, words: Words, actor: str) -> str:
    cancel_transfer(transfer_id=transfer.pk, actor=actor)
    return "Nothing was sent."


class TransferLineInline(LinesInline):
    model = TransferLine
    fields = readonly_fields = ["sellable", "quantity", "arrived", "lost"]


class TransferArrivalInline(ReadOnlyInline):
    model = TransferArrival
    fields = readonly_fields = ["reference", "total", "actor", "at"]


@admin.register(Transfer)
class TransferAdmin(LedgerAdmin):
    act_roles = STAFF
    list_display = ["number", "organization", "source", "target", "state", "sent_at", "closed_at"]
    list_filter = ["state", "source", "target", "organization"]
    list_select_related = ["organization", "source", "target"]
    search_fields = ["=lines__sellable__sku", "note"]
    inlines = [TransferLineInline, TransferArrivalInline]
    actions = [
        confirmed(
            NamedAction(
                name="send",
                description="Send",
                question="The units leave the first warehouse and are on their way to the other.",
                run=_send,
            )
        ),
        confirmed(
            NamedAction(
                name="arrive",
                description="Take in all that is on its way",
                question="A part of it is taken in on its page under Stock, Transfers.",
                run=_arrive,
                form=ReceiveForm,
            )
        ),
        confirmed(
            NamedAction(
                name="write_off",
                description="Write off what has not arrived",
                question="The ledger shows it as lost, with the reason.",
                run=_write_off,
                form=ReasonForm,
                is_danger=True,
            )
        ),
        confirmed(
            NamedAction(
                name="cancel",
                description="Cancel",
                question="Only while nothing has left.",
                run=_cancel,
            )
        ),
    ]


@admin.register(TransferLine)
class TransferLineAdmin(LedgerAdmin):
    list_display = ["transfer", "sellable", "quantity", "arrived", "lost"]
    list_filter = ["transfer__state"]
    list_select_related = ["transfer", "sellable"]
    search_fields = ["=sellable__sku"]


@admin.register(TransferArrival)
class TransferArrivalAdmin(LedgerAdmin):
    list_display = ["at", "transfer", "reference", "total", "actor"]
    list_filter = ["transfer__target"]
    list_select_related = ["transfer"]
    search_fields = ["=reference"]
