"""Counts, to look at and to approve."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin
from accounts.permissions import STAFF
from inventory.counting.services import (
    approve_count,
    cancel_count,
    reopen_count,
    submit_count,
)
from inventory.models import CountLine, StockCount


def _submit(count: StockCount, words: Words, actor: str) -> str:
    submit_count(count_id=count.pk, actor=actor)
    return "Waits for approval."


def _approve(count: StockCount, words: Words, actor: str) -> str:
    return f"{approve_count(count_id=count.pk, actor=actor)} SKUs were adjusted."


def _reopen(count: StockCount, words: Words, actor: str) -> str:
    reopen_count(count_id=count.pk, actor=actor)
    return "It is counted again."


def _cancel(count: StockCount, words: Words, actor: str) -> str:
    cancel_count(count_id=count.pk, actor=actor)
    return "Nothing was adjusted."


@admin.register(StockCount)
class StockCountAdmin(LedgerAdmin):
    """A sheet may have thousands of lines, so these have a list of their own."""

    act_roles = STAFF
    list_display = [
        "number",
        "organization",
        "warehouse",
        "state",
        "submitted_by",
        "approved_by",
        "closed_at",
    ]
    list_filter = ["state", "warehouse", "organization"]
    list_select_related = ["organization", "warehouse"]
    search_fields = ["=lines__sellable__sku", "note"]
    actions = [
        confirmed(
            NamedAction(
                name="submit",
                description="Submit",
                question="What nobody counted changes nothing.",
                run=_submit,
            )
        ),
        confirmed(
            NamedAction(
                name="approve",
                description="Approve",
                question="The stock is adjusted by what was found. Not by who counted it.",
                run=_approve,
            )
        ),
        confirmed(
            NamedAction(
                name="reopen",
                description="Count again",
                question="It can be counted and submitted anew.",
                run=_reopen,
            )
        ),
        confirmed(
            NamedAction(
                name="cancel", description="Cancel", question="Nothing is adjusted.", run=_cancel
            )
        ),
    ]


@admin.register(CountLine)
class CountLineAdmin(LedgerAdmin):
    list_display = ["count", "sellable", "expected", "counted", "variance", "counted_by"]
    list_filter = ["count__state", "count__warehouse"]
    list_select_related = ["count", "sellable"]
    search_fields = ["=sellable__sku"]
