"""One action on many orders: asked for, confirmed with its count, done one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.permissions import page_for
from orders.models import Order
from orders.services.label_sheets import label_sheet
from orders.web.steering import STEERING, Steering, reason_of
from shipping_project.kernel.errors import AppError

MOST_ORDERS = 200
PRINT = "print_labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    order: Order
    is_done: bool
    message: str


@page_for()
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Without `confirmed` it only asks; a refused order does not keep the others back."""
    chosen = _chosen(request)
    if request.POST.get("action") == PRINT and chosen:
        return _printed(request, chosen)
    steering = STEERING.get(request.POST.get("action", ""))
    if steering is None or not chosen:
        messages.warning(request, "Choose an action and at least one order.")
        return redirect("orders")
    context: dict[str, object] = {
        "action": request.POST["action"],
        "steering": steering,
        "orders": chosen,
        "reason": reason_of(request),
    }
    if not request.POST.get("confirmed"):
        context["rows"] = _previewed(steering, chosen)
        # A template would call the function itself.
        context["has_preview"] = steering.preview is not None
        return render(request, "orders/bulk_confirm.html", context)
    who = cast(User, request.user).label
    results = _results(steering, chosen, reason=str(context["reason"]), who=who)
    done = sum(result.is_done for result in results)
    context |= {"results": results, "done": done, "refused": len(results) - done}
    return render(request, "orders/bulk_results.html", context)


def _printed(request: HttpRequest, orders: Sequence[Order]) -> HttpResponse:
    """One PDF of the labels there are; who has none is told on the next page."""
    try:
        sheet = label_sheet(orders)
    except AppError as exc:
        messages.error(request, f"{exc.title}. {exc.detail}")
        return redirect("orders")
    if sheet.missing:
        numbers = ", ".join(fault.field for fault in sheet.missing)
        messages.warning(request, f"Without a label that can be printed: {numbers}.")
    if not sheet.labels:
        return redirect("orders")
    answer = HttpResponse(sheet.content, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="labels.pdf"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _previewed(steering: Steering, orders: Sequence[Order]) -> list[tuple[Order, object]]:
    """Each with what the action would change of it, where that can be told."""
    shown = steering.preview([order.pk for order in orders]) if steering.preview else {}
    return [(order, shown.get(order.pk)) for order in orders]


def _chosen(request: HttpRequest) -> list[Order]:
    ids = [int(text) for text in request.POST.getlist("order") if _is_id(text)]
    visible = Order.objects.visible_to(request.user)
    return list(visible.filter(pk__in=ids[:MOST_ORDERS]).order_by("pk"))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _results(steering: Steering, orders: Sequence[Order], *, reason: str, who: str) -> list[Result]:
    return [_result(steering, order, reason=reason, who=who) for order in orders]


def _result(steering: Steering, order: Order, *, reason: str, who: str) -> Result:
    try:
        steering.act(order, reason, who)
    except AppError as exc:
        return Result(order=order, is_done=False, message=exc.detail)
    return Result(order=order, is_done=True, message=steering.done)
