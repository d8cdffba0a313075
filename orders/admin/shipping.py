"""Shipments, packages, labels and scans: facts, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin_base import LedgerAdmin, ReadOnlyInline
from orders.admin.money import LedgerLineInline, VoidRequestInline
from orders.models import Package, PurchaseIntent, Quote, Shipment, TrackingEvent


class PackageInline(ReadOnlyInline):
    model = Package
    fields = readonly_fields = [
        "position",
        "box_name",
        "contents",
        "weight_g",
        "label_state",
        "tracking_number",
        "tracking_status",
        "cost",
        "cost_currency",
        "bought_at",
    ]
    show_change_link = True
    hide_title = False


class QuoteInline(ReadOnlyInline):
    model = Quote
    fields = readonly_fields = [
        "carrier",
        "service_name",
        "price",
        "currency",
        "delivery_days",
        "is_chosen",
        "removed_by",
    ]


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


class TrackingEventInline(ReadOnlyInline):
    model = TrackingEvent
    fields = readonly_fields = ["happened_at", "status", "description", "location"]


@admin.register(Shipment)
class ShipmentAdmin(LedgerAdmin):
    list_display = [
        "reference",
        "order",
        "state",
        "platform",
        "carrier",
        "service_name",
        "warehouse",
        "ship_on",
        "booked_at",
    ]
    list_filter = ["state", "platform", "carrier", "warehouse", "order__organization"]
    list_select_related = ["order", "warehouse"]
    search_fields = ["=reference", "=platform_ref", "=order__number"]
    inlines = [PackageInline, QuoteInline]


@admin.register(Package)
class PackageAdmin(LedgerAdmin):
    list_display = [
        "id",
        "shipment",
        "position",
        "box_name",
        "tracking_number",
        "label_state",
        "tracking_status",
        "cost",
        "cost_currency",
        "bought_at",
    ]
    list_filter = ["label_state", "tracking_status", "shipment__carrier"]
    list_select_related = ["shipment"]
    search_fields = ["=tracking_number", "=label_ref", "=shipment__reference"]
    # Files are handed out by the order's own page, which asks who may see them.
    exclude = ["label_file"]
    inlines = [PurchaseIntentInline, VoidRequestInline, LedgerLineInline, TrackingEventInline]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        return [name for name in fields if name != "label_file"]


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


@admin.register(Quote)
class QuoteAdmin(LedgerAdmin):
    list_display = [
        "shipment",
        "carrier",
        "service_name",
        "price",
        "currency",
        "delivery_days",
        "is_chosen",
        "removed_by",
    ]
    list_filter = ["carrier", "is_chosen"]
    list_select_related = ["shipment"]
    search_fields = ["=shipment__reference", "service_name"]


@admin.register(TrackingEvent)
class TrackingEventAdmin(LedgerAdmin):
    list_display = ["happened_at", "package", "status", "description", "location"]
    list_filter = ["status"]
    list_select_related = ["package"]
    ordering = ["-id"]
    search_fields = ["=package__tracking_number"]
