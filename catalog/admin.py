"""Products, sellables and where platforms list them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.decorators import action

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin, ReadOnlyInline, RoleAdmin
from accounts.permissions import MANAGERS
from catalog.models import KitComponent, PlatformListing, Product, Sellable
from catalog.services import remove_product, remove_sellable
from catalog.sync import admin as sync_admin  # noqa: F401 # registers its pages

REMOVE = "What was never ordered, counted or listed is deleted; anything else is switched off."


SELLABLE_FACTS = ["organization", "product", "sku", "title", "barcode", "image_url", "is_active"]


class BlocksExport(admin.SimpleListFilter):
    title = "ready for export"
    parameter_name = "blocks_export"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        return [("yes", "Customs data are missing"), ("no", "Ready")]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"yes": "blocking_export", "no": "ready_for_export"}.get(self.value() or "")
        found: QuerySet[Any] = getattr(rows, chosen)() if chosen else rows
        return found


class SellableInline(ReadOnlyInline):
    model = Sellable
    fields = readonly_fields = ["sku", "title", "price", "currency", "weight_g", "is_active"]
    show_change_link = True
    hide_title = False


class PlatformListingInline(ReadOnlyInline):
    model = PlatformListing
    fields = readonly_fields = ["platform", "external_ref", "updated_at"]


class KitComponentInline(ReadOnlyInline):
    model = KitComponent
    fk_name = "kit"
    fields = readonly_fields = ["component", "units"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).select_related("component")
        return rows


def _remove_product(product: Product, words: Words, actor: str) -> str:
    gone = remove_product(product=product, actor=actor)
    return "Deleted." if gone else "Switched off together with its sellables."


def _remove_sellable(sellable: Sellable, words: Words, actor: str) -> str:
    return "Deleted." if remove_sellable(sellable=sellable, actor=actor) else "Switched off."


class Dangerous(admin.SimpleListFilter):
    title = "dangerous goods"
    parameter_name = "dangerous"

    def lookups(self, request: HttpRequest, page: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"yes": "dangerous", "no": "harmless"}.get(self.value() or "")
        found: QuerySet[Any] = getattr(rows, chosen)() if chosen else rows
        return found


class FilesAdmin(RoleAdmin):
    """Lists that come from files, and go to them, on the page for it."""

    actions_list = ["files"]

    @action(description="Import and export", url_path="files", permissions=["view"])  # type: ignore[untyped-decorator] # unfold ships no types
    def files(self, request: HttpRequest) -> HttpResponse:
        return redirect("catalog-import")


@admin.register(Product)
class ProductAdmin(FilesAdmin):
    add_roles = change_roles = act_roles = MANAGERS
    list_display = ["title", "brand", "category", "organization", "is_active"]
    list_filter = ["is_active", "organization", "category"]
    list_select_related = ["organization"]
    search_fields = ["title", "brand", "tags", "sellables__sku"]
    autocomplete_fields = ["organization"]
    inlines = [SellableInline]
    actions = [
        confirmed(
            NamedAction(
                name="remove",
                description="Remove",
                question=REMOVE,
                run=_remove_product,
                is_danger=True,
            )
        )
    ]


@admin.register(Sellable)
class SellableAdmin(FilesAdmin):
    add_roles = change_roles = act_roles = MANAGERS
    list_display = ["sku", "title", "price", "currency", "weight_g", "organization", "is_active"]
    list_filter = ["is_active", BlocksExport, Dangerous, "organization", "origin_country"]
    list_select_related = ["organization"]
    search_fields = ["sku", "title", "=barcode"]
    autocomplete_fields = ["organization", "product"]
    inlines = [KitComponentInline, PlatformListingInline]
    fieldsets = [
        (None, {"fields": SELLABLE_FACTS}),
        ("Money", {"fields": [("price", "currency"), ("cost", "cost_currency")]}),
        (
            "Size of one unit as packed",
            {"fields": ["weight_g", ("length_mm", "width_mm", "height_mm")]},
        ),
        ("Customs", {"fields": ["hs_code", "hs_codes", "origin_country", "customs_description"]}),
        (
            "Dangerous goods",
            {
                "fields": [
                    "contains_liquids",
                    "contains_battery_pi966",
                    "contains_battery_pi967",
                    "un_number",
                ]
            },
        ),
    ]
    actions = [
        confirmed(
            NamedAction(
                name="remove",
                description="Remove",
                question=REMOVE,
                run=_remove_sellable,
                is_danger=True,
            )
        )
    ]


@admin.register(PlatformListing)
class PlatformListingAdmin(LedgerAdmin):
    """Written when a platform answers; a wrong id here would book another product."""

    list_display = ["sellable", "platform", "external_ref", "ahead", "seen_at", "missing_since"]
    list_filter = ["platform", ("missing_since", admin.EmptyFieldListFilter)]
    list_select_related = ["sellable"]
    search_fields = ["sellable__sku", "=external_ref"]


@admin.register(KitComponent)
class KitComponentAdmin(LedgerAdmin):
    """Kits are put together on the page Stock, Kits, where all their components are seen."""

    list_display = ["kit", "component", "units"]
    list_select_related = ["kit", "component"]
    list_filter = ["kit__organization"]
    search_fields = ["=kit__sku", "=component__sku"]
