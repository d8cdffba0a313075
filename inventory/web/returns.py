"""What came back, and taking back more of it."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of
from inventory.models import StockMovement
from inventory.services.naming import sellables_named, warehouse_named
from inventory.services.returns import Returned, return_stock
from inventory.web.owners import (
    lines_in,
    organizations_for,
    owner_of,
    text_in,
    told,
    warehouses_for,
)

SHOWN = 100


@page_for()
@require_GET
def returns(request: HttpRequest) -> HttpResponse:
    rows = StockMovement.objects.visible_to(request.user).returned()
    context = {
        "movements": rows.select_related("sellable", "warehouse").order_by("-id")[:SHOWN],
        "shown": SHOWN,
        "warehouses": warehouses_for(request),
        "organizations": organizations_for(request),
        "may_act": may(request.user, WRITERS),
        "reference": f"web-{secrets.token_hex(6)}",
    }
    return render(request, "inventory/returns.html", context)


@page_for()
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    owner = owner_of(request)

    def do() -> tuple[Returned, str]:
        lines = lines_in(request)
        found = sellables_named(organization_id=owner.pk, lines=lines)
        returned = return_stock(
            shipment=text_in(request, "shipment", 28),
            reference=text_in(request, "reference", 30) or f"web-{secrets.token_hex(6)}",
            sellables={row.pk: row for row in found.values()},
            units={found[line.sku].pk: line.units for line in lines},
            warehouse=warehouse_named(text_in(request, "warehouse", 12), actor=request.user),
            is_damaged=bool(request.POST.get("damaged")),
            actor=label_of(request.user),
        )
        was = "" if returned.created else "Counted already: "
        return returned, f"{was}{sum(returned.units.values())} units came back."

    told(request, do)
    return redirect("returns")
