"""Batches of orders assigned together, and what that saved."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_base import LedgerAdmin
from orders.models import BatchAssignment


@admin.register(BatchAssignment)
class BatchAssignmentAdmin(LedgerAdmin):
    list_display = [
        *("created_at", "organization", "state", "is_dry_run", "orders", "placed"),
        *("greedy_placed", "saved_money", "saved_percent", "how", "took_ms", "created_by"),
    ]
    list_filter = ["state", "is_dry_run", "organization", "how"]
    list_select_related = ["organization"]

    @admin.display(description="saved")
    def saved_money(self, assignment: BatchAssignment) -> str:
        return f"{assignment.saved} {assignment.currency}"
