"""The list of orders: found by number or word, narrowed by filters, steered many at a time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.models import Organization
from accounts.permissions import WRITERS, may, page_for
from accounts.principals import sees_all
from carriers.contracts import CarrierCode
from carriers.models import PLATFORM_CHOICES
from inventory.models import Warehouse
from orders.models import OrderSource
from orders.reports.board import board_rows, state_counts
from orders.web.filters import DUE_CHOICES, STAGE_CHOICES, filtered_orders
from orders.web.steering import STEERING
from shipping_project.kernel.htmx import is_fragment
from shipping_project.kernel.keyset import keyset_page, without

Choices = list[tuple[str, str]]
FURTHER = (
    ("state", "state"),
    ("country", "to"),
    ("placed", "placed on"),
    ("labelled", "label bought on"),
    ("labelled_since", "label bought since"),
)


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def orders(request: HttpRequest) -> HttpResponse:
    """The page, and its rows alone when the filters change."""
    found = filtered_orders(request.user, request.GET)
    page = keyset_page(found.for_list(), request.GET)
    anywhere = without(request.GET, "state", "before", "after")
    context = {
        "rows": board_rows(page.rows),
        "page": page,
        "tabs": _tabs(request, anywhere),
        "filters": _filters(request),
        "further": _further(request),
        "q": request.GET.get("q", ""),
        "is_filtered": bool(without(request.GET, "before", "after")),
        "can_write": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
        "steering": STEERING,
    }
    name = "orders/_board.html" if is_fragment(request) else "orders/board.html"
    return render(request, name, context)


def _tabs(request: HttpRequest, anywhere: QueryDict) -> list[dict[str, object]]:
    """One tab for each state, counted with every other filter as it stands."""
    asked = request.GET.get("state", "")
    tabs: list[dict[str, object]] = [
        {"label": "All", "query": anywhere.urlencode(), "is_current": not asked}
    ]
    for count in state_counts(filtered_orders(request.user, anywhere)):
        query = anywhere.copy()
        query["state"] = count.state
        tabs.append(
            {
                "label": count.label,
                "count": f"{count.count}+" if count.is_more else str(count.count),
                "is_empty": not count.count,
                "query": query.urlencode(),
                "is_current": asked == count.state,
            }
        )
    return tabs


def _further(request: HttpRequest) -> list[dict[str, str]]:
    """What the address asks for beyond the drop-down lists, as the links of figures do."""
    return [
        {
            "name": name,
            "value": value,
            "label": f"{label} {value}".replace("_", " "),
            "without": without(request.GET, name, "before", "after").urlencode(),
        }
        for name, label in FURTHER
        for value in request.GET.getlist(name)
        if value
    ]


def _filters(request: HttpRequest) -> list[dict[str, object]]:
    """The drop-down lists, each with what is picked in it."""
    warehouses = Warehouse.objects.order_by("code").values_list("code", "name")
    offered: list[tuple[str, str, Choices]] = [
        ("stage", "Stage", STAGE_CHOICES),
        ("due", "Due", DUE_CHOICES),
        ("carrier", "Carrier", [(code.value, code.value) for code in CarrierCode]),
        ("platform", "Platform", list(PLATFORM_CHOICES)),
        ("warehouse", "Warehouse", [(code, f"{code} · {name}") for code, name in warehouses]),
        ("source", "Source", [(value, label) for value, label in OrderSource.choices]),
    ]
    if sees_all(request.user):
        slugs = Organization.objects.order_by("name").values_list("slug", "name")
        offered.append(("organization", "Organization", list(slugs)))
    return [
        {"name": name, "label": label, "choices": choices, "value": request.GET.get(name, "")}
        for name, label, choices in offered
    ]
