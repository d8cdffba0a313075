"""Splitting an order by hand, from its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import page_for
from inventory.models import Warehouse
from orders.models import Order, OrderLine
from orders.services.splitting import MOST_PARTS, AskedPart, split_order
from orders.web.steering import reason_of
from shipping_project.kernel.errors import AppError

FEWEST_PARTS = 2


@page_for()
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, number: str) -> HttpResponse:
    """A table of lines and parts; what was typed stays after a refusal."""
    order = get_object_or_404(
        Order.objects.visible_to(request.user), number=number.replace("\x00", "").upper()[:20]
    )
    lines = list(order.lines.order_by("position"))
    count = _count(request)
    refusal = _carry_out(order, lines, count, request) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        messages.success(request, "It is sent in parts, each an order of its own.")
        return redirect("order", number=order.number)
    places = range(1, count + 1)
    context = {
        "order": order,
        "rows": [(line, [_cell(request, line, place) for place in places]) for line in lines],
        "parts": [(place, request.POST.get(f"warehouse-{place}", "")) for place in places],
        "count": count,
        "more": min(count + 1, MOST_PARTS),
        "warehouses": Warehouse.objects.filter(is_active=True).order_by("code"),
        "reason": reason_of(request),
        "alert": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "orders/order/split.html", context, status=status)


def _count(request: HttpRequest) -> int:
    text = request.POST.get("count") or request.GET.get("parts", "")
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else FEWEST_PARTS
    return min(max(asked, FEWEST_PARTS), MOST_PARTS)


def _cell(request: HttpRequest, line: OrderLine, place: int) -> tuple[str, str]:
    """Name and value of the field for the units of a line in a part; at first all in the first."""
    name = f"units-{line.position}-{place}"
    at_first = str(line.quantity if place == 1 else 0)
    return name, request.POST.get(name, at_first)


def _carry_out(
    order: Order, lines: Sequence[OrderLine], count: int, request: HttpRequest
) -> AppError | None:
    by_stock = "by_stock" in request.POST
    asked = [_part(request, lines, place) for place in range(1, count + 1)]
    try:
        split_order(
            order_id=order.pk,
            asked=[] if by_stock else asked,
            reason=reason_of(request),
            actor=cast(User, request.user).label,
        )
    except AppError as exc:
        return exc
    return None


def _part(request: HttpRequest, lines: Sequence[OrderLine], place: int) -> AskedPart:
    units: dict[str, int] = {}
    for line in lines:
        text = request.POST.get(f"units-{line.position}-{place}", "").strip() or "0"
        is_number = text.isascii() and text.isdigit() and len(text) < 8
        units[line.sku] = units.get(line.sku, 0) + (int(text) if is_number else 0)
    return AskedPart(units=units, warehouse=request.POST.get(f"warehouse-{place}", "")[:12])
