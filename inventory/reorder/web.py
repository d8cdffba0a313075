"""What to buy, with the figures behind it, and a draft in one click."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of, sees_all
from inventory.models import PurchaseOrder, Supplier
from inventory.reorder.reports import Terms, reorder_suggestions
from inventory.reorder.services import draft_suggested
from inventory.web.owners import number_in, told, warehouses_for

SERVICES = (80, 90, 95, 98, 99)
COVERS = (7, 14, 30, 60, 90)


@page_for()
@require_GET
def reorder(request: HttpRequest) -> HttpResponse:
    warehouses = warehouses_for(request)
    code = request.GET.get("warehouse", "")
    chosen = next((one for one in warehouses if one.code == code), None) or next(
        iter(warehouses), None
    )
    terms = _terms(request.GET)
    context = {
        "warehouses": warehouses,
        "warehouse": chosen,
        "groups": reorder_suggestions(request.user, chosen, terms) if chosen else (),
        "terms": terms,
        "service": round(terms.service * 100),
        "services": SERVICES,
        "covers": COVERS,
        "may_act": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
    }
    return render(request, "inventory/reorder.html", context)


@page_for()
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    suppliers = Supplier.objects.visible_to(request.user)
    supplier = get_object_or_404(suppliers, pk=number_in(request, "supplier"))
    code = request.POST.get("warehouse", "")
    warehouse = next((one for one in warehouses_for(request) if one.code == code), None)
    if warehouse is None:
        raise Http404
    terms = _terms(request.POST)

    def do() -> tuple[PurchaseOrder, str]:
        order = draft_suggested(
            actor_row=request.user,
            supplier=supplier,
            warehouse=warehouse,
            terms=terms,
            actor=label_of(request.user),
        )
        return order, f"{order.number} is drafted. Look it over and place it."

    order = told(request, do)
    if order is not None:
        return redirect("purchase", order.pk)
    query = urlencode(
        {
            "warehouse": warehouse.code,
            "service": round(terms.service * 100),
            "cover": terms.cover_days,
        }
    )
    return redirect(f"{reverse('reorder')}?{query}")


def _terms(params: QueryDict) -> Terms:
    """Anything that is not on offer falls back to what is usual."""
    return Terms(
        service=_choice(params.get("service", ""), SERVICES, 95) / 100,
        cover_days=_choice(params.get("cover", ""), COVERS, 14),
    )


def _choice(text: str, offered: tuple[int, ...], usual: int) -> int:
    return next((one for one in offered if str(one) == text), usual)
