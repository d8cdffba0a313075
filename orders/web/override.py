"""Picking the way of an order in place of the rules, from its page."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.permissions import page_for
from orders.models import Order
from orders.services.overrides import override_route
from orders.way_forms import WayForm
from shipping_project.kernel.errors import AppError


@page_for()
@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, number: str) -> HttpResponse:
    """The form, with what was typed and its faults after a refusal."""
    order = get_object_or_404(
        Order.objects.visible_to(request.user), number=number.replace("\x00", "").upper()[:20]
    )
    form = WayForm(request.POST or None)
    refusal = _carry_out(order, form, request) if form.is_valid() else None
    if request.method == "POST" and form.is_valid() and refusal is None:
        messages.success(request, "It goes the way that you picked.")
        return redirect("order", number=order.number)
    newest = order.decisions.select_related("rule_set", "warehouse").newest_first().first()
    context = {
        "order": order,
        "form": form,
        "alert": refusal.detail if refusal else "",
        "decision": newest,
    }
    status = refusal.status if refusal else 400 if form.errors else 200
    return render(request, "orders/order/override.html", context, status=status)


def _carry_out(order: Order, form: WayForm, request: HttpRequest) -> AppError | None:
    """What kept it from being done; faults of fields stand beside them."""
    try:
        override_route(
            order_id=order.pk,
            picked=form.picked,
            reason=form.cleaned_data["reason"],
            actor=cast(User, request.user).label,
        )
    except AppError as exc:
        for fault in exc.errors:
            form.add_error(fault.field if fault.field in form.fields else None, fault.message)
        return exc
    return None
