"""Orders: found, looked at, and moved on by named actions alone."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from unfold.decorators import display

from accounts.admin_base import LedgerAdmin, ReadOnlyInline
from accounts.permissions import STAFF
from orders.admin.actions import ORDER_ACTIONS
from orders.models import Order, OrderEvent, OrderLine, RoutingDecision, Shipment
from orders.rules.states import OrderState

STATE_COLOURS = {
    OrderState.NEEDS_ATTENTION.value: "danger",
    OrderState.BACKORDERED.value: "warning",
    OrderState.HELD.value: "warning",
    OrderState.BOOKED.value: "success",
    OrderState.IN_TRANSIT.value: "success",
    OrderState.DELIVERED.value: "success",
    OrderState.RESERVED.value: "info",
    OrderState.BOOKING.value: "info",
}


class OrderLineInline(ReadOnlyInline):
    model = OrderLine
    fields = readonly_fields = ["sku", "title", "quantity", "unit_price", "short_quantity"]


class ShipmentInline(ReadOnlyInline):
    model = Shipment
    fields = readonly_fields = [
        "reference",
        "warehouse",
        "platform",
        "carrier",
        "service_name",
        "state",
        "ship_on",
        "booked_at",
    ]
    show_change_link = True
    hide_title = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Shipment]:
        rows: models.QuerySet[Shipment] = super().get_queryset(request)
        return rows.select_related("warehouse")


class DecisionInline(ReadOnlyInline):
    model = RoutingDecision
    fields = readonly_fields = ["at", "rule_set", "platform", "carrier", "warehouse", "failure"]
    show_change_link = True
    hide_title = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[RoutingDecision]:
        rows: models.QuerySet[RoutingDecision] = super().get_queryset(request)
        return rows.select_related("rule_set", "warehouse").defer("trace", "snapshot")


class EventInline(ReadOnlyInline):
    model = OrderEvent
    fields = readonly_fields = ["at", "kind", "message", "actor", "state_from", "state_to"]


@admin.register(Order)
class OrderAdmin(LedgerAdmin):
    act_roles = STAFF
    list_display = [
        "number",
        "coloured_state",
        "organization",
        "name",
        "destination",
        "amount",
        "assignee",
        "ship_by",
        "placed_at",
    ]
    list_filter = ["state", "organization", "source", "requested_carrier", "ship_by"]
    list_select_related = ["organization", "parent"]
    search_fields = ["number"]
    search_help_text = "Order, tracking or reference number, name, e-mail, postcode, SKU"
    inlines = [OrderLineInline, ShipmentInline, DecisionInline, EventInline]
    actions = ORDER_ACTIONS
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("number", "state"),
                    ("parent", "part_count"),
                    ("organization", "page"),
                    ("source", "channel", "external_ref"),
                ]
            },
        ),
        ("Attention", {"fields": ["attention_code", "attention_detail", "hold_reason"]}),
        (
            "Ship to",
            {
                "fields": [
                    ("name", "company"),
                    ("phone", "email"),
                    ("address_1", "address_2"),
                    ("city", "region"),
                    ("postal_code", "country"),
                ]
            },
        ),
        (
            "Contents",
            {
                "fields": [
                    ("total", "currency"),
                    ("requested_carrier", "requested_service"),
                    ("customer_tags", "is_residential"),
                    ("tags", "assignee"),
                    "note",
                    "findings",
                ]
            },
        ),
        (
            "Dates",
            {
                "fields": [
                    ("placed_at", "ship_by", "deliver_by"),
                    ("created_at", "updated_at"),
                    ("cancel_requested_at", "cancel_reason"),
                ]
            },
        ),
    ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "page"]

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Order], search_term: str
    ) -> tuple[models.QuerySet[Order], bool]:
        """The same search as on the web pages."""
        found = Order.objects.search(search_term).order_by().values("pk")
        return (queryset.filter(pk__in=found) if search_term.strip() else queryset), False

    @display(description="state", ordering="state", label=STATE_COLOURS)  # type: ignore[untyped-decorator]
    def coloured_state(self, order: Order) -> tuple[str, str]:
        return order.state, order.get_state_display()

    @admin.display(ordering="country")
    def destination(self, order: Order) -> str:
        return ", ".join(part for part in (order.city, order.country) if part)

    @admin.display(ordering="total")
    def amount(self, order: Order) -> str:
        return f"{order.total} {order.currency}"

    @admin.display(description="web page")
    def page(self, order: Order) -> str:
        try:
            address = reverse("order", args=[order.number])
        except NoReverseMatch:
            return "–"
        return format_html(
            '<a class="text-primary-600" href="{}">Open with timeline and label</a>', address
        )
