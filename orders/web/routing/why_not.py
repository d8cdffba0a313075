"""Why an order did not go another way, asked from its page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import page_for
from carriers.contracts import CarrierCode
from carriers.models import PLATFORM_CHOICES
from inventory.models import Warehouse
from orders.models import Order
from orders.rules.why_not import Wanted, WhyNot
from orders.rules.why_not import why_not as find_why_not
from orders.services.snapshots import restored_snapshot
from shipping_project.kernel.htmx import is_fragment


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def why_not(request: HttpRequest, number: str) -> HttpResponse:
    """The form, and below it the answer once a way is asked about."""
    order = get_object_or_404(
        Order.objects.visible_to(request.user), number=number.replace("\x00", "").upper()[:20]
    )
    offered = _offered()
    asked = {name: request.GET.get(name, "") for name in offered}
    known = {name: value for name, value in asked.items() if value in dict(offered[name])}
    context = {
        "order": order,
        "choices": [
            {"name": name, "label": name.capitalize(), "choices": rows, "value": asked[name]}
            for name, rows in offered.items()
        ],
        "answer": _answer(order, Wanted(**known)) if known else None,
        "wanted": " · ".join(dict(offered[name])[value] for name, value in known.items()),
    }
    name = "_why_not.html" if is_fragment(request) else "why_not.html"
    return render(request, f"orders/routing/{name}", context)


def _offered() -> dict[str, list[tuple[str, str]]]:
    warehouses = Warehouse.objects.order_by("code").values_list("code", "name")
    return {
        "carrier": [(code.value, code.value) for code in CarrierCode],
        "platform": list(PLATFORM_CHOICES),
        "warehouse": [(code, f"{code} · {name}") for code, name in warehouses],
    }


def _answer(order: Order, wanted: Wanted) -> WhyNot | None:
    newest = order.decisions.newest_first().first()
    return find_why_not(restored_snapshot(newest.snapshot), wanted) if newest else None
