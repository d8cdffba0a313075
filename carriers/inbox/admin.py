"""Events that came in, and the lists that are read from the platforms."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin_actions import NamedAction, ReasonForm, Words, confirmed
from accounts.admin_base import AnyRow, LedgerAdmin
from accounts.permissions import STAFF
from accounts.principals import sees_all
from carriers.inbox.models import PullEntry, PullWindow, SetAsideRow, SyncCursor, WebhookReceipt
from carriers.inbox.setting_aside import settle_row
from carriers.inbox.steering import ignore_receipt, process_again


def _process_again(receipt: WebhookReceipt, words: Words, actor: str) -> str:
    process_again(receipt_id=receipt.pk, actor=actor)
    return "It is processed once more."


def _ignore(receipt: WebhookReceipt, words: Words, actor: str) -> str:
    ignore_receipt(receipt_id=receipt.pk, reason=words["reason"], actor=actor)
    return "Nothing more is done about it."


@admin.register(WebhookReceipt)
class WebhookReceiptAdmin(LedgerAdmin):
    """Events name parcels of every organization, so only the firm's own staff see them."""

    act_roles = STAFF
    list_display = [
        "received_at",
        "platform",
        "event_type",
        "resource_id",
        "state",
        "times_received",
        "attempts",
        "error_code",
    ]
    list_filter = ["state", "platform", "event_type"]
    search_fields = ["=resource_id", "=digest", "=request_id"]
    search_help_text = "Exact shipment number at the platform, digest or request id"
    actions = [
        confirmed(
            NamedAction(
                name="process_again",
                description="Process again",
                question="The orders are told of these events once more; "
                "what is known already changes nothing.",
                run=_process_again,
            )
        ),
        confirmed(
            NamedAction(
                name="ignore",
                description="Ignore",
                question="Nothing more is done about these events.",
                run=_ignore,
                form=ReasonForm,
            )
        ),
    ]

    def has_view_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return sees_all(request.user) and super().has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        # Bodies are read on the page of one event only.
        return super().get_queryset(request).defer("body")


@admin.register(SyncCursor)
class SyncCursorAdmin(LedgerAdmin):
    list_display = [
        "platform",
        "resource",
        "watermark",
        "finished_at",
        "page",
        "runs",
        "rows_read",
        "rows_used",
        "rows_set_aside",
        "error_code",
    ]
    list_filter = ["platform"]


def _settle(row: SetAsideRow, words: Words, actor: str) -> str:
    settle_row(row_id=row.pk, reason=words["reason"], actor=actor)
    return "It counts as dealt with."


@admin.register(SetAsideRow)
class SetAsideRowAdmin(LedgerAdmin):
    """Rows name orders of every organization, so only the firm's own staff see them."""

    act_roles = STAFF
    list_display = [
        "last_seen_at",
        "platform",
        "resource",
        "row_ref",
        "detail",
        "times_seen",
        "settled_at",
    ]
    list_filter = ["platform", "resource", ("settled_at", admin.EmptyFieldListFilter)]
    search_fields = ["=row_ref"]
    search_help_text = "Exact number at the platform"
    actions = [
        confirmed(
            NamedAction(
                name="settle",
                description="Mark as dealt with",
                question="You have looked at these at the platform, and nothing is left to do.",
                run=_settle,
                form=ReasonForm,
            )
        )
    ]

    def has_view_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return sees_all(request.user) and super().has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).defer("body")


class StaffLedger(LedgerAdmin):
    """Lists of a platform hold orders of every organization."""

    def has_view_permission(self, request: HttpRequest, obj: AnyRow | None = None) -> bool:
        return sees_all(request.user) and super().has_view_permission(request, obj)


@admin.register(PullWindow)
class PullWindowAdmin(StaffLedger):
    list_display = [
        "opened_at",
        "platform",
        "resource",
        "closed_at",
        "seen",
        "created",
        "updated",
        "unchanged",
        "rejected",
        "filtered",
        "missing",
    ]
    list_filter = ["platform", "resource", ("closed_at", admin.EmptyFieldListFilter)]


@admin.register(PullEntry)
class PullEntryAdmin(StaffLedger):
    list_display = ["external_ref", "window", "outcome", "reason"]
    list_filter = ["outcome"]
    list_select_related = ["window"]
    search_fields = ["=external_ref"]
    search_help_text = "Exact number at the platform"
