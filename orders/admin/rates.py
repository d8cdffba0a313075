"""Prices, currencies and boxes as people keep them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_base import AnyRow, LedgerAdmin, RoleAdmin
from accounts.permissions import MANAGERS
from accounts.principals import label_of, sees_all
from orders.models import Box, CurrencyRate, LaneRate, TableRate


class StaffRowsAdmin(RoleAdmin):
    """Kept by the firm's own managers alone, also where a row is one organization's."""

    add_roles = change_roles = delete_roles = MANAGERS

    def _may_write(self, request: HttpRequest, roles: frozenset[str]) -> bool:
        return sees_all(request.user) and super()._may_write(request, roles)


@admin.register(TableRate)
class TableRateAdmin(StaffRowsAdmin):
    """Used where a platform has told no price, and marked as an estimate."""

    list_display = [
        *("service_name", "carrier", "platform", "warehouse", "origin_country", "destination"),
        *("above_g", "up_to_g", "price", "per_kg", "currency", "promised_days", "valid_until"),
    ]
    list_filter = ["platform", "carrier", "organization"]
    list_select_related = ["organization", "warehouse"]
    search_fields = ["service_name", "destination"]
    fieldsets = [
        (None, {"fields": [("platform", "carrier", "service_name"), "organization"]}),
        ("From and to", {"fields": [("warehouse", "origin_country", "destination")]}),
        ("Billable weight", {"fields": [("above_g", "up_to_g")]}),
        ("Price", {"fields": [("price", "per_kg", "currency"), "promised_days"]}),
        ("In force", {"fields": [("valid_from", "valid_until")]}),
    ]


@admin.register(CurrencyRate)
class CurrencyRateAdmin(StaffRowsAdmin):
    """Amounts of two currencies are compared by these and by nothing else."""

    list_display = ["day", "base", "quote", "rate", "source", "entered_by"]
    list_display_links = ["day", "base", "quote"]
    list_filter = ["base", "quote"]
    search_fields = ["base", "quote", "source"]
    readonly_fields = ["entered_by"]
    fields = [("base", "quote"), ("rate", "day"), "source", "entered_by"]

    def save_model(self, request: HttpRequest, obj: AnyRow, form: Any, change: bool) -> None:
        assert isinstance(obj, CurrencyRate)
        obj.entered_by = label_of(request.user)
        super().save_model(request, obj, form, change)


@admin.register(LaneRate)
class LaneRateAdmin(LedgerAdmin):
    """What platforms asked lately, as it came in."""

    list_display = [
        *("lane", "service_name", "platform", "price", "currency", "delivery_days"),
        *("fetched_at", "expires_at"),
    ]
    list_filter = ["platform", "carrier"]
    search_fields = ["lane", "service_name"]


@admin.register(Box)
class BoxAdmin(StaffRowsAdmin):
    """Orders dispatched from now on are packed by these; what is booked keeps its box."""

    list_display = [
        *("name", "length_mm", "width_mm", "height_mm", "weight_g", "max_weight_g"),
        *("warehouse", "organization", "is_active"),
    ]
    list_filter = ["is_active", "warehouse", "organization"]
    list_select_related = ["organization", "warehouse"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", ("organization", "warehouse"), "is_active"]}),
        ("Inside", {"fields": [("length_mm", "width_mm", "height_mm")]}),
        ("The box itself", {"fields": [("wall_mm", "weight_g", "max_weight_g")]}),
    ]
