"""Money: what was decided, what moved, and what is to come back."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_base import LedgerAdmin, ReadOnlyInline
from orders.models import LedgerLine, PurchaseIntent, VoidRequest


class LedgerLineInline(ReadOnlyInline):
    model = LedgerLine
    fk_name = "package"
    fields = readonly_fields = ["at", "kind", "amount", "currency", "upstream_ref", "matched_at"]


class PurchaseIntentInline(ReadOnlyInline):
    model = PurchaseIntent
    fields = readonly_fields = [
        "state",
        "service_name",
        "quoted",
        "currency",
        "created_at",
        "sent_at",
        "settled_at",
        "detail",
    ]


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


@admin.register(PurchaseIntent)
class PurchaseIntentAdmin(LedgerAdmin):
    list_display = [
        "id",
        "package",
        "state",
        "service_name",
        "quoted",
        "currency",
        "created_at",
        "settled_at",
    ]
    list_filter = ["state", "currency"]
    list_select_related = ["package"]
    search_fields = ["=package__tracking_number", "=package__shipment__reference"]


@admin.register(VoidRequest)
class VoidRequestAdmin(LedgerAdmin):
    list_display = [
        "id",
        "package",
        "state",
        "purpose",
        "requested_at",
        "window_ends_at",
        "refund_due_at",
        "settled_at",
    ]
    list_filter = ["state", "purpose", "package__shipment__platform"]
    list_select_related = ["package"]
    search_fields = [
        "=label_ref",
        "=package__tracking_number",
        "=package__shipment__order__number",
    ]


@admin.register(LedgerLine)
class LedgerLineAdmin(LedgerAdmin):
    list_display = [
        "at",
        "package",
        "kind",
        "amount",
        "currency",
        "upstream_ref",
        "matched_to",
        "matched_at",
    ]
    list_filter = ["kind", "currency", "package__shipment__platform"]
    list_select_related = ["package"]
    ordering = ["-id"]
    search_fields = [
        "=upstream_ref",
        "=matched_to",
        "=package__tracking_number",
        "=package__shipment__order__number",
    ]
