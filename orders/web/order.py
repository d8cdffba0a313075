"""The page of one order, its label, and the bodies of the calls made for it."""

from __future__ import annotations

import json
from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.permissions import WRITERS, may, page_for
from carriers.models import ApiCall
from orders.models import LabelState, Order, Package
from orders.reports.order_page import Action, OrderPage, order_page
from orders.rules.addresses import check_address
from orders.rules.states import OrderState
from orders.services.amend import correct_address
from orders.services.assignees import assign_order
from orders.services.contents import is_misfit
from orders.services.decisions import decision_record
from orders.services.label_files import LabelFileLost, LabelOutdated, open_label
from orders.web.form_fields import address_fields, notes_by_field
from orders.web.order_form import ADDRESS_NAMES, OrderForm
from orders.web.packed import packed_rows
from orders.web.steering import STEERING, reason_of
from shipping_project.kernel.csp import EMBEDDABLE
from shipping_project.kernel.errors import AppError, NotFound
from shipping_project.kernel.htmx import is_fragment

UNCHANGED = 204


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def order(request: HttpRequest, number: str) -> HttpResponse:
    """The page, and its moving part; `seen` names what the asking page shows already."""
    page = order_page(_order(request, number), actor=request.user)
    if is_fragment(request) and request.GET.get("seen") == page.version:
        return HttpResponse(status=UNCHANGED)
    can_write = may(request.user, WRITERS)
    context = {
        "page": page,
        "order": page.order,
        "can_write": can_write,
        "actions": [
            (action.value, STEERING[action.value])
            for action in Action
            if can_write and action in page.actions and action.value in STEERING
        ],
        "can_override": can_write and Action.OVERRIDE in page.actions,
        "can_split": can_write and Action.SPLIT in page.actions,
        "can_correct": can_write and Action.CORRECT in page.actions,
        "address_fields": _current_fields(page.order),
        "has_label": Action.REPLACE in page.actions,
        "label_warning": _label_warning(page),
        "packed": packed_rows(page),
        "record": decision_record(page.decision) if page.decision else None,
    }
    name = "orders/order/_body.html" if is_fragment(request) else "orders/order/page.html"
    return render(request, name, context)


@page_for()
@require_POST
def steer(request: HttpRequest, number: str) -> HttpResponse:
    """One of the actions of the page; a refusal is told and changes nothing."""
    found = _order(request, number)
    steering = STEERING.get(request.POST.get("action", ""))
    if steering is None:
        raise Http404
    try:
        steering.act(found, reason_of(request), _who(request))
    except AppError as exc:
        messages.error(request, exc.detail)
    else:
        messages.success(request, steering.done)
    return redirect("order", number=found.number)


@page_for()
@require_POST
def assignee(request: HttpRequest, number: str) -> HttpResponse:
    """Whoever posts takes the order over, or gives it back."""
    found = _order(request, number)
    user = cast(User, request.user)
    name = "" if "give_back" in request.POST else user.username
    assign_order(order_id=found.pk, assignee=name, actor=user.label)
    messages.success(request, "You look after it." if name else "Given back to the managers.")
    return redirect("order", number=found.number)


@page_for()
@require_POST
def address(request: HttpRequest, number: str) -> HttpResponse:
    """Correct the destination; faults are shown beside their fields with all that was typed."""
    found = _order(request, number)
    form = OrderForm(address={name: request.POST.get(name, "") for name in ADDRESS_NAMES})
    try:
        correct_address(
            order_id=found.pk,
            address=form.postal_address,
            actor=_who(request),
            replaces_label="replace_label" in request.POST,
        )
    except AppError as exc:
        context = {
            "order": found,
            "alert": exc.detail,
            "has_label": _has_label(found),
            "address_fields": address_fields(form, notes_by_field(exc.errors)),
        }
        return render(request, "orders/order/address.html", context, status=exc.status)
    messages.success(request, "The address was corrected.")
    return redirect("order", number=found.number)


@page_for()
@require_GET
def label(request: HttpRequest, number: str, package_id: int) -> HttpResponseBase:
    """The label as PDF from our own host, to be shown inside the page or saved."""
    visible = Package.objects.visible_to(request.user).filter(shipment__order__number=number)
    package = get_object_or_404(visible, pk=package_id, label_state=LabelState.BOUGHT)
    try:
        opened = open_label(package_id=package.pk)
    except (LabelFileLost, LabelOutdated) as exc:
        context = {"title": exc.title, "detail": exc.detail}
        response = render(request, "orders/order/label_lost.html", context, status=exc.status)
        return _embeddable(response)
    except NotFound as exc:
        raise Http404 from exc
    file = FileResponse(
        opened,
        content_type="application/pdf",
        as_attachment="download" in request.GET,
        filename=f"{number}-{package.tracking_number or package.pk}.pdf",
    )
    # A voided label must not be printed from a copy.
    file["Cache-Control"] = "private, no-cache"
    return _embeddable(file)


def _embeddable(response: HttpResponseBase) -> HttpResponseBase:
    """May be shown inside our own page."""
    response["Content-Security-Policy"] = EMBEDDABLE
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


@page_for()
@require_GET
@vary_on_headers("HX-Request")
def call(request: HttpRequest, number: str, call_id: int) -> HttpResponse:
    """What was sent and answered in one call, redacted when it was recorded."""
    found = _order(request, number)
    calls = ApiCall.objects.visible_to(request.user).filter(lane=found.lane)
    row = get_object_or_404(calls, pk=call_id)
    context = {
        "order": found,
        "call": row,
        "request_body": _indented(row.request_body),
        "response_body": _indented(row.response_body),
    }
    name = "orders/order/_call.html" if is_fragment(request) else "orders/order/call.html"
    return render(request, name, context)


def _order(request: HttpRequest, number: str) -> Order:
    """Somebody else's order does not exist for the asker."""
    if "\x00" in number:
        raise Http404
    found: Order = get_object_or_404(
        Order.objects.visible_to(request.user).for_list(), number=number.upper()[:20]
    )
    return found


def _current_fields(found: Order) -> object:
    form = OrderForm(address=found.address.as_dict())
    findings = check_address(found.address, carrier=found.requested_carrier)
    return address_fields(form, notes_by_field((), findings))


def _label_warning(page: OrderPage) -> str:
    """Why a parcel should not leave with its label; "" where nothing speaks against it."""
    labels = {package.pk for package in page.packages if package.label_state == LabelState.BOUGHT}
    if not labels or page.shipment is None:
        return ""
    if any(void.package_id in labels for void in page.money.replacing):
        return "It is given back and another one bought. Do not ship with it."
    if page.order.state == OrderState.BOOKED.value and is_misfit(page.order, page.shipment):
        return "Lines, weights or sizes changed since it was bought: replace it before shipping."
    return ""


def _has_label(found: Order) -> bool:
    return bool(found.shipments.live().filter(packages__label_state=LabelState.BOUGHT).exists())


def _who(request: HttpRequest) -> str:
    return cast(User, request.user).label


def _indented(body: str) -> str:
    """JSON on lines of its own; what was cut off or is no JSON stays as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
