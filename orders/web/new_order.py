"""Entering an order by hand: paste, look at what was read, correct, choose products, create.

One form and one address. Every button names a step in `do`; with htmx a step answers with the
part of the page that it changes, without it with the whole page, and nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import Organization, User
from accounts.permissions import WRITERS, may, page_for
from carriers.contracts import CarrierCode
from orders.reports.products import products_by_sku, search_products
from orders.rules.address_text import ParsedCustomer, PasteTooLarge, parse_pasted
from orders.rules.addresses import Finding, check_address, normalize_address
from orders.services.intake import Received, receive_order
from orders.web.form_fields import address_fields, line_fields, notes_by_field, other_fields
from orders.web.order_form import (
    OrderForm,
    form_from,
    fresh_form,
    new_reference,
    organizations_for,
)
from shipping_project.kernel.errors import AppError, FieldError
from shipping_project.kernel.htmx import is_fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The form after a step, with what is to be said about it."""

    form: OrderForm
    findings: tuple[Finding, ...] = ()
    errors: tuple[FieldError, ...] = ()
    alert: str = ""


@page_for()
@require_http_methods(["GET", "POST"])
def new_order(request: HttpRequest) -> HttpResponse:
    """The page and, by the step in `do`, each of its fragments."""
    if not may(request.user, WRITERS):
        raise PermissionDenied
    organizations = organizations_for(cast(User, request.user))
    if request.method == "GET":
        return _page(request, organizations, Entry(form=fresh_form(organizations)))
    form = form_from(request.POST)
    step, _, argument = request.POST.get("do", "").partition(":")
    if step in CREATING:
        return _create(request, organizations, form, then_next=step == "create-next")
    act, fragment = STEPS.get(step, (_review, ""))
    entry = act(form, argument)
    if fragment and is_fragment(request):
        context = _context(organizations, entry) | {"is_part": True}
        return render(request, fragment, context)
    return _page(request, organizations, entry)


def _read(form: OrderForm, argument: str) -> Entry:
    """Fill the address in from the pasted text; `argument` is the place of the customer."""
    position = int(argument) if argument.isascii() and argument.isdigit() else 0
    if not form.text.strip():
        return _text_fault(form, "required", "Paste a name and an address first.")
    try:
        customers = parse_pasted(form.text, carrier=form.carrier)
    except PasteTooLarge as exc:
        return _text_fault(form, "text.too_long", str(exc))
    if not customers:
        return _text_fault(form, "text.unreadable", "No customer could be read from this text.")
    picked = min(position, len(customers) - 1)
    filled = replace(form.with_address(customers[picked].address), pick=picked)
    return Entry(form=filled, findings=customers[picked].findings)


def _text_fault(form: OrderForm, code: str, message: str) -> Entry:
    return Entry(form=form, errors=(FieldError(field="text", code=code, message=message),))


def _review(form: OrderForm, argument: str) -> Entry:
    """Look at the address again after a correction."""
    if not any(form.address.values()):
        return Entry(form=form)
    return Entry(form=form, findings=_findings(form))


def _findings(form: OrderForm) -> tuple[Finding, ...]:
    clean, changed = normalize_address(form.postal_address)
    return (*changed, *check_address(clean, carrier=form.carrier))


def _add(form: OrderForm, argument: str) -> Entry:
    return Entry(form=form.with_sku(argument))


def _remove(form: OrderForm, argument: str) -> Entry:
    position = int(argument) if argument.isascii() and argument.isdigit() else -1
    return Entry(form=form.without_line(position))


def _search(form: OrderForm, argument: str) -> Entry:
    return Entry(form=form)


Step = Callable[[OrderForm, str], Entry]
CREATING = frozenset({"create", "create-next"})
STEPS: dict[str, tuple[Step, str]] = {
    "read": (_read, "orders/new/_recipient.html"),
    "review": (_review, "orders/new/_notes.html"),
    "add": (_add, "orders/new/_lines.html"),
    "remove": (_remove, "orders/new/_lines.html"),
    "search": (_search, "orders/new/_products.html"),
}


def _create(
    request: HttpRequest,
    organizations: Sequence[Organization],
    form: OrderForm,
    *,
    then_next: bool,
) -> HttpResponse:
    try:
        received = _receive(organizations, form, actor=cast(User, request.user).label)
    except AppError as exc:
        entry = Entry(
            form=form,
            errors=_named_faults(exc, organizations, form),
            findings=_findings(form),
            alert=exc.detail,
        )
        return _page(request, organizations, entry, status=exc.status)
    if then_next:
        return _next_customer(request, organizations, form, received)
    if not received.created:
        messages.info(request, "This order was entered before; nothing was created twice.")
    return redirect("order", number=received.order.number)


def _receive(organizations: Sequence[Organization], form: OrderForm, *, actor: str) -> Received:
    draft, faults = form.draft()
    organization = _chosen(organizations, form)
    if organization is None:
        message = "Choose for which organization the order is."
        faults.append(
            FieldError(field="organization", code="organization.unknown", message=message)
        )
    # No row has the id 0, and the fault above keeps anything from being written.
    organization_id = organization.pk if organization else 0
    return receive_order(organization_id=organization_id, draft=draft, actor=actor, faults=faults)


def _named_faults(
    exc: AppError, organizations: Sequence[Organization], form: OrderForm
) -> tuple[FieldError, ...]:
    """Without an organization nothing is known of its products, so their faults say nothing."""
    if _chosen(organizations, form) is not None:
        return exc.errors
    return tuple(fault for fault in exc.errors if fault.code != "line.sku_unknown")


def _next_customer(
    request: HttpRequest,
    organizations: Sequence[Organization],
    form: OrderForm,
    received: Received,
) -> HttpResponse:
    """The same products for the next of the pasted customers, as an order of its own."""
    messages.success(request, f"Order {received.order.number} was created; here is the next.")
    following = replace(form, external_ref=new_reference())
    return _page(request, organizations, _read(following, str(form.pick + 1)))


def _chosen(organizations: Sequence[Organization], form: OrderForm) -> Organization | None:
    if len(organizations) == 1:
        return organizations[0]
    return next((one for one in organizations if one.slug == form.organization), None)


def _page(
    request: HttpRequest, organizations: Sequence[Organization], entry: Entry, status: int = 200
) -> HttpResponse:
    context = _context(organizations, entry)
    return render(request, "orders/new/page.html", context, status=status)


def _context(organizations: Sequence[Organization], entry: Entry) -> dict[str, object]:
    form = entry.form
    notes = notes_by_field(entry.errors, entry.findings)
    organization = _chosen(organizations, form)
    owner = organization.pk if organization else 0
    skus = [line.sku.strip() for line in form.lines]
    customers = _customers(form)
    return {
        "form": form,
        "alert": entry.alert,
        "error_count": len({error.field for error in entry.errors}),
        "organizations": organizations,
        "organization": organization,
        "customers": customers,
        "has_next": form.pick + 1 < len(customers),
        "address_fields": address_fields(form, notes),
        "fields": other_fields(form, notes),
        "lines": line_fields(form, notes, products_by_sku(organization_id=owner, skus=skus)),
        "products": search_products(organization_id=owner, text=form.product_q),
        "carriers": [code.value for code in CarrierCode],
    }


def _customers(form: OrderForm) -> tuple[ParsedCustomer, ...]:
    """All that were read from the text in use, for choosing another one."""
    if form.source != "paste" or not form.text.strip():
        return ()
    try:
        return parse_pasted(form.text, carrier=form.carrier)
    except PasteTooLarge:
        return ()
