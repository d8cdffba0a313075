"""How much of a platform's limit is used, and what does not answer. Nothing here is changed."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_base import LedgerAdmin
from carriers.pacing import Circuit, RateWindow


@admin.register(RateWindow)
class RateWindowAdmin(LedgerAdmin):
    list_display = ["credential", "platform", "calls", "refusals", "changed_at"]
    list_filter = ["platform"]


@admin.register(Circuit)
class CircuitAdmin(LedgerAdmin):
    list_display = ["operation", "platform", "failures", "open_until", "error_code", "changed_at"]
    list_filter = ["platform"]
