"""Warehouses, stock and the ledger of its movements."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.admin_actions import NamedAction, ReasonForm, Words, confirmed
from accounts.admin_base import LedgerAdmin, ReadOnlyInline, RoleAdmin
from accounts.permissions import MANAGERS, STAFF
from inventory.alerts import admin as alerts_admin  # noqa: F401 # registers its page
from inventory.counting import admin as counting_admin  # noqa: F401
from inventory.holds.services import let_expire
from inventory.models import Reservation, StockLevel, StockMovement, Warehouse, WarehouseLink
from inventory.purchasing import admin as purchasing_admin  # noqa: F401
from inventory.services.adjustments import adjust_stock
from inventory.sync import admin as sync_admin  # noqa: F401 # registers its pages
from inventory.transfers import admin as transfers_admin  # noqa: F401
from inventory.warehouse_forms import CalendarForm


class WarehouseLinkInline(ReadOnlyInline):
    model = WarehouseLink
    fields = readonly_fields = ["platform", "external_ref", "stock_owner", "stock_buffer"]


class WarehouseForm(CalendarForm):
    class Meta(CalendarForm.Meta):
        fields = "__all__"  # type: ignore[assignment]
        widgets = {}


@admin.register(Warehouse)
class WarehouseAdmin(RoleAdmin):
    """Never deleted, since orders shipped from it: take away "active" instead."""

    form = WarehouseForm
    add_roles = change_roles = MANAGERS
    list_display = [
        *("code", "name", "city", "state", "country", "time_zone"),
        *("cut_off", "daily_capacity", "is_active"),
    ]
    list_filter = ["is_active", "country"]
    search_fields = ["code", "name", "city"]
    inlines = [WarehouseLinkInline]


def _new_reference() -> str:
    return f"admin-{secrets.token_hex(6)}"


class AdjustForm(ReasonForm):
    """Sending the page twice must not move the units twice, so the reference travels in it."""

    quantity = forms.IntegerField(
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Units to add to each chosen row; a minus sign takes them away.",
    )
    reference = forms.CharField(widget=forms.HiddenInput, initial=_new_reference, max_length=60)
    field_order = ["quantity", "reason", "reference"]

    def clean_quantity(self) -> int:
        quantity: int = self.cleaned_data["quantity"]
        if quantity == 0 or abs(quantity) > 1_000_000:
            raise ValidationError("Give units from 1 to 1,000,000, with or without a minus sign.")
        return quantity


def _adjust(level: StockLevel, words: Words, actor: str) -> str:
    adjusted = adjust_stock(
        sellable_id=level.sellable_id,
        warehouse_id=level.warehouse_id,
        quantity=words["quantity"],
        reason=words["reason"],
        reference=words["reference"],
        actor=actor,
    )
    was = "" if adjusted.created else "Counted already. "
    return f"{was}{adjusted.movement.quantity:+d} units, now {adjusted.movement.balance_after}."


@admin.register(StockLevel)
class StockLevelAdmin(RoleAdmin):
    """Numbers change by the ledger alone; here only what alerts and platforms go by is edited."""

    change_roles = act_roles = STAFF
    list_display = [
        "sellable",
        "warehouse",
        "on_hand",
        "reserved",
        "left",
        "incoming",
        "low_at",
        "updated_at",
    ]
    list_filter = ["warehouse", "sellable__organization"]
    list_select_related = ["sellable", "warehouse"]
    search_fields = ["sellable__sku", "sellable__title", "=sellable__barcode"]
    fields = [
        "sellable",
        "warehouse",
        "on_hand",
        "reserved",
        "incoming",
        "low_at",
        "overstock_factor",
        "buffer",
        "updated_at",
    ]
    readonly_fields = [
        "sellable",
        "warehouse",
        "on_hand",
        "reserved",
        "incoming",
        "updated_at",
    ]
    actions = [
        confirmed(
            NamedAction(
                name="adjust",
                description="Adjust stock",
                question="Each change is written to the ledger with your name and the reason.",
                run=_adjust,
                form=AdjustForm,
            )
        )
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[StockLevel]:
        rows: models.QuerySet[StockLevel] = super().get_queryset(request)
        return rows.annotate(available_units=F("on_hand") - F("reserved"))

    @admin.display(description="available", ordering="available_units")
    def left(self, level: StockLevel) -> int:
        return level.available


class HoursForm(forms.Form):
    hours = forms.IntegerField(
        min_value=1, max_value=720, initial=24, widget=UnfoldAdminIntegerFieldWidget
    )


def _let_expire(reservation: Reservation, words: Words, actor: str) -> str:
    at = timezone.now() + timedelta(hours=words["hours"])
    let_expire(reservation_id=reservation.pk, at=at, actor=actor)
    return f"The units of {reservation.reference} are free again at {at:%Y-%m-%d %H:%M} UTC."


@admin.register(Reservation)
class ReservationAdmin(LedgerAdmin):
    act_roles = STAFF
    actions = [
        confirmed(
            NamedAction(
                name="let_expire",
                description="Let it expire",
                question="A shipment keeps its units unless its order waits for a person then.",
                run=_let_expire,
                form=HoursForm,
            )
        )
    ]
    list_display = [
        "reference",
        "sellable",
        "warehouse",
        "quantity",
        "state",
        "allocated_there",
        "shipped_there",
        "created_at",
    ]
    list_filter = ["state", "warehouse"]
    list_select_related = ["sellable", "warehouse"]
    search_fields = ["=reference", "=sellable__sku"]


@admin.register(StockMovement)
class StockMovementAdmin(LedgerAdmin):
    list_display = [
        "at",
        "sellable",
        "warehouse",
        "kind",
        "quantity",
        "balance_after",
        "reason",
        "reference",
        "actor",
    ]
    list_filter = ["kind", "warehouse"]
    list_select_related = ["sellable", "warehouse"]
    search_fields = ["=sellable__sku", "=reference", "reason"]
