"""Purchases: what was ordered, what arrived, and from whom."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of, sees_all
from inventory.models import (
    PurchaseOrder,
    PurchaseState,
    Supplier,
    SupplierItem,
)
from inventory.purchasing.forms import items_named
from inventory.purchasing.services import (
    cancel_purchase,
    change_draft,
    draft_purchase,
    place_purchase,
    receive_purchase,
)
from inventory.purchasing.suppliers import create_supplier, set_supply
from inventory.rules.sku_lines import SkuLine
from inventory.services.naming import sellables_named, units_named, warehouse_named
from inventory.web.owners import (
    lines_in,
    number_in,
    organizations_for,
    owner_of,
    text_in,
    told,
    warehouses_for,
)
from shipping_project.kernel.errors import FieldError, InvalidInput

SHOWN = 100


@page_for()
@require_GET
def purchases(request: HttpRequest) -> HttpResponse:
    rows = PurchaseOrder.objects.visible_to(request.user)
    state = request.GET.get("state", "")
    chosen = rows.filter(state=state) if state in PurchaseState.values else rows
    found = chosen.with_units().select_related("organization", "supplier", "warehouse")
    suppliers = Supplier.objects.visible_to(request.user).filter(is_active=True)
    context = {
        "purchases": found.order_by("-id")[:SHOWN],
        "count": chosen.count(),
        "shown": SHOWN,
        "state": state,
        "states": PurchaseState.choices,
        "suppliers": suppliers.select_related("organization"),
        "warehouses": warehouses_for(request),
        "may_act": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
    }
    return render(request, "inventory/purchases.html", context)


@page_for()
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    supplier = get_object_or_404(
        Supplier.objects.visible_to(request.user), pk=number_in(request, "supplier")
    )

    def do() -> tuple[PurchaseOrder, str]:
        order = draft_purchase(
            supplier=supplier,
            warehouse_id=warehouse_named(text_in(request, "warehouse", 12), actor=request.user).pk,
            items=items_named(supplier.organization_id, lines_in(request)),
            note=text_in(request, "note"),
            actor=label_of(request.user),
        )
        return order, f"{order.number} is drafted."

    order = told(request, do)
    return redirect("purchase", order.pk) if order else redirect("purchases")


@page_for()
@require_GET
def purchase(request: HttpRequest, order_id: int) -> HttpResponse:
    order = _purchase(request, order_id)
    context = {
        "order": order,
        "lines": order.lines.select_related("sellable"),
        "receipts": order.receipts.all(),
        "is_draft": order.state == PurchaseState.DRAFT,
        "is_awaited": order.state in (PurchaseState.ORDERED, PurchaseState.PART_RECEIVED),
        "may_act": may(request.user, WRITERS),
        "reference": f"web-{secrets.token_hex(6)}",
    }
    return render(request, "inventory/purchase.html", context)


@page_for()
@require_POST
def change(request: HttpRequest, order_id: int) -> HttpResponse:
    def do(order: PurchaseOrder, actor: str) -> str:
        items = items_named(order.organization_id, lines_in(request))
        change_draft(order_id=order.pk, items=items, actor=actor)
        return "The lines were replaced."

    return _acted(request, order_id, do)


@page_for()
@require_POST
def place(request: HttpRequest, order_id: int) -> HttpResponse:
    def do(order: PurchaseOrder, actor: str) -> str:
        placed = place_purchase(order_id=order.pk, actor=actor)
        return f"Ordered; expected on {placed.expected_on:%Y-%m-%d}."

    return _acted(request, order_id, do)


@page_for()
@require_POST
def receive(request: HttpRequest, order_id: int) -> HttpResponse:
    """One field for each line, `units-<sellable>`; empty and nought are lines that lack."""

    def do(order: PurchaseOrder, actor: str) -> str:
        skus = dict(order.lines.values_list("sellable_id", "sellable__sku"))
        counts = {pk: number_in(request, f"units-{pk}") for pk in skus}
        lines = [SkuLine(sku=skus[pk], units=count) for pk, count in counts.items() if count]
        received = receive_purchase(
            order_id=order.pk,
            reference=text_in(request, "reference", 40) or f"web-{secrets.token_hex(6)}",
            units=units_named(order.organization_id, lines),
            actor=actor,
        )
        was = "" if received.created else "Counted already: "
        return f"{was}{received.receipt.total} units arrived."

    return _acted(request, order_id, do)


@page_for()
@require_POST
def cancel(request: HttpRequest, order_id: int) -> HttpResponse:
    def do(order: PurchaseOrder, actor: str) -> str:
        cancel_purchase(order_id=order.pk, actor=actor)
        return "No more of it is awaited."

    return _acted(request, order_id, do)


@page_for()
@require_GET
def suppliers(request: HttpRequest) -> HttpResponse:
    rows = Supplier.objects.visible_to(request.user).select_related("organization")
    items = SupplierItem.objects.visible_to(request.user)
    context = {
        "suppliers": rows,
        "items": items.select_related("supplier", "sellable")[:SHOWN],
        "item_count": items.count(),
        "shown": SHOWN,
        "organizations": organizations_for(request),
        "may_act": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
    }
    return render(request, "inventory/suppliers.html", context)


@page_for()
@require_POST
def supplier_add(request: HttpRequest) -> HttpResponse:
    owner = owner_of(request)

    def do() -> tuple[Supplier, str]:
        supplier = Supplier(
            organization=owner,
            name=_needed(request, "name", 80),
            email=text_in(request, "email"),
            currency=text_in(request, "currency", 3).upper() or "USD",
            lead_time_days=number_in(request, "lead_time_days"),
            minimum_units=number_in(request, "minimum_units"),
        )
        _check(supplier)
        create_supplier(supplier=supplier, actor=label_of(request.user))
        return supplier, f"{supplier.name} is kept."

    told(request, do)
    return redirect("suppliers")


@page_for()
@require_POST
def supply(request: HttpRequest) -> HttpResponse:
    """Lines `SKU fewest @ cost`: what this supplier sells."""
    supplier = get_object_or_404(
        Supplier.objects.visible_to(request.user), pk=number_in(request, "supplier")
    )

    def do() -> tuple[Supplier, str]:
        lines = lines_in(request)
        found = sellables_named(organization_id=supplier.organization_id, lines=lines)
        for line in lines:
            set_supply(
                supplier=supplier,
                sellable_id=found[line.sku].pk,
                unit_cost=line.price or Decimal(0),
                minimum_units=max(1, line.units),
                actor=label_of(request.user),
            )
        return supplier, f"{len(lines)} SKUs are bought from {supplier.name}."

    told(request, do)
    return redirect("suppliers")


def _acted(
    request: HttpRequest, order_id: int, do: Callable[[PurchaseOrder, str], str]
) -> HttpResponse:
    order = _purchase(request, order_id)
    told(request, lambda: (order, do(order, label_of(request.user))))
    return redirect("purchase", order.pk)


def _purchase(request: HttpRequest, order_id: int) -> PurchaseOrder:
    rows = PurchaseOrder.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("organization", "supplier", "warehouse"), pk=order_id
    )


def _needed(request: HttpRequest, name: str, longest: int) -> str:
    if text := text_in(request, name, longest):
        return text
    message = f"Give the {name}."
    raise InvalidInput(errors=[FieldError(field=name, code="required", message=message)])


def _check(supplier: Supplier) -> None:
    """The model's own rules, as the API's form has them."""
    try:
        supplier.clean_fields(exclude=["organization"])
    except ValidationError as exc:
        raise InvalidInput(
            errors=[
                FieldError(field=name, code="invalid", message=f"{name}: {' '.join(words)}")
                for name, words in exc.message_dict.items()
            ]
        ) from exc
