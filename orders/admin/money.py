"""Money: what moved, line by line, to look at."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_base import LedgerAdmin, ReadOnlyInline
from orders.models import LedgerLine


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
