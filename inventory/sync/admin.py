"""Stock at the platforms: numbers, drifts with their decisions, sales there, and readings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin
from accounts.permissions import MANAGERS, STAFF
from carriers.choices import PLATFORM_CHOICES
from catalog.sync.admin import ReadingScheduleAdmin
from inventory.models import (
    OWNER_CHOICES,
    KitCount,
    PlatformSale,
    PlatformStock,
    StockDrift,
    StockRun,
    StockSchedule,
    WarehouseLink,
)
from inventory.rules.stock_sync import Owner
from inventory.sync.numbers import WITH_STOCK
from inventory.sync.owners import change_link
from inventory.sync.runs import believe_stock_run, cancel_stock_run
from inventory.sync.settling import MOST_UNITS, Choice, settle_drift

SEARCHED = ["level__sellable__sku"]


@admin.register(PlatformStock)
class PlatformStockAdmin(LedgerAdmin):
    list_display = [
        "level",
        "link",
        "physical",
        "allocated",
        "is_infinite",
        "expected",
        "rest",
        "told",
        "told_at",
        "seen_at",
        "tell_error",
    ]
    list_filter = ["link__platform", "level__warehouse", "is_infinite"]
    search_fields = [*SEARCHED, "=listing__external_ref"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[PlatformStock]:
        rows: models.QuerySet[PlatformStock] = super().get_queryset(request)
        return rows.select_related(
            "level__sellable", "level__warehouse", "link__warehouse", "listing__sellable"
        )


class CountForm(forms.Form):
    counted = forms.IntegerField(
        min_value=0,
        max_value=MOST_UNITS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Units that lie there now, the promised ones with them.",
    )


def _keep_ours(drift: StockDrift, words: Words, actor: str) -> str:
    settle_drift(drift_id=drift.pk, choice=Choice.OURS, actor=actor)
    return "Ours is told to the platform."


def _take_theirs(drift: StockDrift, words: Words, actor: str) -> str:
    settle_drift(drift_id=drift.pk, choice=Choice.THEIRS, actor=actor)
    return "Theirs was taken."


def _count(drift: StockDrift, words: Words, actor: str) -> str:
    counted: int = words["counted"]
    settle_drift(drift_id=drift.pk, choice=Choice.COUNTED, counted=counted, actor=actor)
    return f"{counted} are on hand, and told to the platform."


@admin.register(StockDrift)
class StockDriftAdmin(LedgerAdmin):
    act_roles = STAFF
    list_display = ["stock", "ours", "theirs", "rest", "state", "found_at", "settled_by"]
    list_filter = ["state", "stock__level__warehouse", "stock__level__sellable__organization"]
    list_select_related = ["stock__level__sellable", "stock__level__warehouse", "stock__link"]
    search_fields = ["stock__level__sellable__sku"]
    actions = [
        confirmed(
            NamedAction(
                name="keep_ours",
                description="Keep ours",
                question="Our number is told to the platform, over the one that stands there.",
                run=_keep_ours,
            )
        ),
        confirmed(
            NamedAction(
                name="take_theirs",
                description="Take theirs",
                question="The unexplained units become a movement here.",
                run=_take_theirs,
            )
        ),
        confirmed(
            NamedAction(
                name="count_now",
                description="Count now",
                question="What was counted corrects both sides.",
                run=_count,
                form=CountForm,
            )
        ),
    ]


@admin.register(PlatformSale)
class PlatformSaleAdmin(LedgerAdmin):
    list_display = [
        "number",
        "platform",
        "level",
        "allocated",
        "held",
        "shipped",
        "taken",
        "changed_at",
    ]
    list_filter = ["platform", "level__warehouse", "level__sellable__organization"]
    list_select_related = ["level__sellable", "level__warehouse"]
    search_fields = [*SEARCHED, "=number", "=order_ref"]


@admin.register(KitCount)
class KitCountAdmin(LedgerAdmin):
    list_display = ["reference", "platform", "is_sale", "level", "allocated", "held", "shipped"]
    list_filter = ["platform", "is_sale", "level__warehouse", "level__sellable__organization"]
    list_select_related = ["level__sellable", "level__warehouse"]
    search_fields = [*SEARCHED, "=reference"]


def _believe(run: StockRun, words: Words, actor: str) -> str:
    believe_stock_run(run_id=run.pk, actor=actor)
    return "The short list counts as whole."


def _cancel(run: StockRun, words: Words, actor: str) -> str:
    cancel_stock_run(run_id=run.pk, actor=actor)
    return "No further page is read."


@admin.register(StockRun)
class StockRunAdmin(LedgerAdmin):
    act_roles = MANAGERS
    list_display = [
        "started_at",
        "platform",
        "state",
        "seen",
        "agreed",
        "to_tell",
        "taken",
        "waiting",
        "drifted",
        "unlinked",
        "error_code",
    ]
    list_filter = ["platform", "state"]
    search_fields = ["=asked_by"]
    actions = [
        confirmed(
            NamedAction(
                name="believe",
                description="Believe the short list",
                question="It had less than half of the known numbers; nothing was changed for it.",
                run=_believe,
                is_danger=True,
            )
        ),
        confirmed(
            NamedAction(
                name="cancel",
                description="Cancel",
                question="What was taken so far stays.",
                run=_cancel,
            )
        ),
    ]


class OwnerForm(forms.Form):
    stock_owner = forms.ChoiceField(choices=OWNER_CHOICES, widget=UnfoldAdminSelectWidget)
    stock_buffer = forms.IntegerField(
        min_value=0,
        max_value=MOST_UNITS,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Units of each SKU that the platform is not told of.",
    )


def _own(link: WarehouseLink, words: Words, actor: str) -> str:
    changed = change_link(
        link_id=link.pk,
        stock_owner=Owner(words["stock_owner"]),
        stock_buffer=words["stock_buffer"],
        actor=actor,
    )
    return f"{changed.get_stock_owner_display()}, {changed.stock_buffer} kept back."


@admin.register(WarehouseLink)
class WarehouseLinkAdmin(LedgerAdmin):
    act_roles = MANAGERS
    list_display = ["warehouse", "platform", "external_ref", "stock_owner", "stock_buffer"]
    list_filter = ["platform", "stock_owner", "warehouse"]
    list_select_related = ["warehouse"]
    actions = [
        confirmed(
            NamedAction(
                name="own",
                description="Say whose stock numbers are right",
                question="From the next look on, for every SKU there.",
                run=_own,
                form=OwnerForm,
            )
        )
    ]


@admin.register(StockSchedule)
class StockScheduleAdmin(ReadingScheduleAdmin):
    """Of platforms that keep stock."""

    def formfield_for_choice_field(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "platform":
            kwargs["choices"] = [one for one in PLATFORM_CHOICES if one[0] in WITH_STOCK]
        return super().formfield_for_choice_field(db_field, request, **kwargs)
