"""What came in, what was decided, what happened: written once, by services."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.admin_base import LedgerAdmin
from orders.models import IntakeRecord, OrderEvent, OrderLine, RoutingDecision, RoutingOverride


@admin.register(OrderLine)
class OrderLineAdmin(LedgerAdmin):
    list_display = ["order", "sku", "title", "quantity", "unit_price", "short_quantity"]
    list_filter = ["order__organization"]
    list_select_related = ["order"]
    ordering = ["-id"]
    search_fields = ["=sku", "=order__number"]


@admin.register(OrderEvent)
class OrderEventAdmin(LedgerAdmin):
    list_display = ["at", "order", "kind", "message", "actor", "state_to"]
    list_filter = ["kind", "order__organization"]
    list_select_related = ["order"]
    ordering = ["-id"]
    search_fields = ["=order__number", "=request_id", "kind"]


@admin.register(IntakeRecord)
class IntakeRecordAdmin(LedgerAdmin):
    list_display = ["received_at", "source", "external_ref", "order", "organization", "repeats"]
    list_filter = ["source", "organization"]
    list_select_related = ["order", "organization"]
    search_fields = ["=external_ref", "=order__number"]


@admin.register(RoutingDecision)
class RoutingDecisionAdmin(LedgerAdmin):
    list_display = ["at", "order", "rule_set", "platform", "carrier", "warehouse", "failure"]
    list_filter = ["platform", "carrier", "warehouse", "failure", "rule_set"]
    list_select_related = ["order", "rule_set", "warehouse"]
    search_fields = ["=order__number"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[RoutingDecision]:
        return super().get_queryset(request).defer("trace", "snapshot")


@admin.register(RoutingOverride)
class RoutingOverrideAdmin(LedgerAdmin):
    list_display = ["at", "order", "__str__", "reason", "actor"]
    list_filter = ["order__organization"]
    list_select_related = ["order"]
    search_fields = ["=order__number", "reason"]
