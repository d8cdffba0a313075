"""Stock by sellable and warehouse."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import page_for
from accounts.principals import sees_all
from inventory.models import Warehouse
from inventory.reports import StockCriteria, stock_page
from shipping_project.kernel.htmx import is_fragment

LONGEST_SEARCH = 100
LONGEST_ID = 18


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def stock(request: HttpRequest) -> HttpResponse:
    """The page, and its rows alone when the filters change."""
    criteria = _criteria(request.GET)
    page = stock_page(
        request.user, criteria, after=_id(request.GET, "after"), before=_id(request.GET, "before")
    )
    context = {
        "page": page,
        "criteria": criteria,
        "is_filtered": criteria != StockCriteria(),
        "query": _query(criteria),
        "warehouses": Warehouse.objects.order_by("code").values("code", "name"),
        "shows_organization": sees_all(request.user),
    }
    name = "inventory/_stock_rows.html" if is_fragment(request) else "inventory/stock.html"
    return render(request, name, context)


def _criteria(params: QueryDict) -> StockCriteria:
    return StockCriteria(
        q=params.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        warehouse=params.get("warehouse", "").replace("\x00", "").strip(),
        is_low=bool(params.get("low")),
    )


def _query(criteria: StockCriteria) -> str:
    given = {
        "q": criteria.q,
        "warehouse": criteria.warehouse,
        "low": "1" if criteria.is_low else "",
    }
    return urlencode({name: value for name, value in given.items() if value})


def _id(params: QueryDict, name: str) -> int:
    text = params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else 0
