"""Kits: what they are put together from and how many there could be."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of, sees_all, warehouses_of
from catalog.models import Sellable
from inventory.kits.reports import kit_rows
from inventory.kits.services import compose_kit
from inventory.rules.sku_lines import SkuLine
from inventory.services.naming import sellables_named
from inventory.web.owners import lines_in, organizations_for, owner_of, text_in, told

SHOWN = 200


@page_for()
@require_GET
def kits(request: HttpRequest) -> HttpResponse:
    rows = Sellable.objects.visible_to(request.user).filter(components__isnull=False).distinct()
    found = rows.select_related("organization").order_by("sku", "pk")[:SHOWN]
    context = {
        "kits": kit_rows(list(found), within=warehouses_of(request.user)),
        "shown": SHOWN,
        "count": rows.count(),
        "organizations": organizations_for(request),
        "may_act": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
    }
    return render(request, "inventory/kits.html", context)


@page_for()
@require_POST
def compose(request: HttpRequest) -> HttpResponse:
    owner = owner_of(request)
    actor = label_of(request.user)

    def do() -> tuple[Sellable, str]:
        sku = text_in(request, "sku", 64)
        itself = [SkuLine(sku=sku, units=1)]
        kit = sellables_named(organization_id=owner.pk, lines=itself, field="sku")[sku]
        lines = lines_in(request, "components")
        parts = sellables_named(organization_id=owner.pk, lines=lines) if lines else {}
        units = {parts[line.sku].pk: line.units for line in lines}
        done = compose_kit(kit_id=kit.pk, units=units, actor=actor)
        return done, f"{sku} is made of {len(units)} components." if units else f"{sku} is no kit."

    told(request, do)
    return redirect("stock-kits")
