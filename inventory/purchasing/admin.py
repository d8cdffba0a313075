"""Suppliers, what they sell, and what was ordered from them."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import AnyRow, LedgerAdmin, ReadOnlyInline, RoleAdmin
from accounts.permissions import STAFF
from inventory.models import GoodsReceipt, PurchaseLine, PurchaseOrder, Supplier, SupplierItem
from inventory.purchasing.services import cancel_purchase, place_purchase, receive_purchase


class LinesInline(ReadOnlyInline):
    """Rows that name a sellable each."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("sellable")
        return rows


class SupplierItemInline(LinesInline):
    model = SupplierItem
    fields = readonly_fields = ["sellable", "supplier_sku", "unit_cost", "minimum_units"]


@admin.register(Supplier)
class SupplierAdmin(RoleAdmin):
    add_roles = change_roles = STAFF
    list_display = [
        "name",
        "organization",
        "currency",
        "lead_time_days",
        "minimum_units",
        "is_active",
    ]
    list_filter = ["is_active", "organization"]
    list_select_related = ["organization"]
    search_fields = ["name", "=email"]
    autocomplete_fields = ["organization"]
    inlines = [SupplierItemInline]

    def get_readonly_fields(self, request: HttpRequest, obj: AnyRow | None = None) -> list[str]:
        # What was bought from it belongs to the organization.
        return ["organization"] if obj else []


@admin.register(SupplierItem)
class SupplierItemAdmin(LedgerAdmin):
    """Said on the page Stock, Suppliers."""

    list_display = ["sellable", "supplier", "supplier_sku", "unit_cost", "minimum_units"]
    list_filter = ["supplier__organization"]
    list_select_related = ["sellable", "supplier"]
    search_fields = ["=sellable__sku", "=supplier_sku", "supplier__name"]


def _new_reference() -> str:
    return f"admin-{secrets.token_hex(6)}"


class ReceiveForm(forms.Form):
    """Sending the page twice must not count the units twice, so the reference travels in it."""

    reference = forms.CharField(
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        initial=_new_reference,
        help_text="Of the delivery note; a repeat counts once.",
    )


def _place(order: PurchaseOrder, words: Words, actor: str) -> str:
    placed = place_purchase(order_id=order.pk, actor=actor)
    return f"Ordered; expected on {placed.expected_on:%Y-%m-%d}."


def _receive(order: PurchaseOrder, words: Words, actor: str) -> str:
    """All that is outstanding; a part is received on its page or by the API."""
    again = order.receipts.filter(reference=words["reference"]).first()
    units = (
        {int(pk): count for pk, count in again.units.items()}
        if again
        else {line.sellable_id: line.outstanding for line in order.lines.all() if line.outstanding}
    )
    received = receive_purchase(
        order_id=order.pk, reference=words["reference"], units=units, actor=actor
    )
    was = "" if received.created else "Counted already. "
    return f"{was}{received.receipt.total} units."


def _cancel(order: PurchaseOrder, words: Words, actor: str) -> str:
    cancel_purchase(order_id=order.pk, actor=actor)
    return "No more of it is awaited."


class PurchaseLineInline(LinesInline):
    model = PurchaseLine
    fields = readonly_fields = ["sellable", "quantity", "received", "unit_cost"]


class GoodsReceiptInline(ReadOnlyInline):
    model = GoodsReceipt
    fields = readonly_fields = ["reference", "total", "actor", "at"]


@admin.register(PurchaseOrder)
class PurchaseOrderAdmin(LedgerAdmin):
    act_roles = STAFF
    list_display = [
        "number",
        "organization",
        "supplier",
        "warehouse",
        "state",
        "ordered_at",
        "expected_on",
    ]
    list_filter = ["state", "warehouse", "organization"]
    list_select_related = ["organization", "supplier", "warehouse"]
    search_fields = ["supplier__name", "=lines__sellable__sku"]
    inlines = [PurchaseLineInline, GoodsReceiptInline]
    actions = [
        confirmed(
            NamedAction(
                name="place",
                description="Place the order",
                question="Its units count as on their way from now on.",
                run=_place,
            )
        ),
        confirmed(
            NamedAction(
                name="receive",
                description="Receive all that is outstanding",
                question="A part of it is received on its page under Stock, Purchases.",
                run=_receive,
                form=ReceiveForm,
            )
        ),
        confirmed(
            NamedAction(
                name="cancel",
                description="Cancel",
                question="What has not arrived is not awaited any more.",
                run=_cancel,
                is_danger=True,
            )
        ),
    ]


@admin.register(PurchaseLine)
class PurchaseLineAdmin(LedgerAdmin):
    list_display = ["order", "sellable", "quantity", "received", "unit_cost"]
    list_filter = ["order__state", "order__warehouse"]
    list_select_related = ["order", "sellable"]
    search_fields = ["=sellable__sku", "order__supplier__name"]


@admin.register(GoodsReceipt)
class GoodsReceiptAdmin(LedgerAdmin):
    list_display = ["at", "order", "reference", "total", "actor"]
    list_filter = ["order__warehouse"]
    list_select_related = ["order"]
    search_fields = ["=reference", "order__supplier__name"]
