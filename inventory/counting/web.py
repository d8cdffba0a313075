"""Counts: sheets to fill in, what differs, and approval."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of, sees_all
from inventory.counting.services import (
    approve_count,
    cancel_count,
    enter_counts,
    open_count,
    reopen_count,
    submit_count,
)
from inventory.models import CountState, StockCount
from inventory.rules.sku_lines import SkuLine
from inventory.services.naming import units_named, warehouse_named
from inventory.web.owners import (
    LONGEST_NUMBER,
    lines_in,
    organizations_for,
    owner_of,
    text_in,
    told,
    warehouses_for,
)
from shipping_project.kernel.errors import FieldError, InvalidInput

SHOWN = 100
LINES_SHOWN = 200


@page_for()
@require_GET
def counts(request: HttpRequest) -> HttpResponse:
    rows = StockCount.objects.visible_to(request.user)
    found = rows.with_progress().select_related("organization", "warehouse")
    context = {
        "counts": found.order_by("-id")[:SHOWN],
        "count": rows.count(),
        "shown": SHOWN,
        "warehouses": warehouses_for(request),
        "organizations": organizations_for(request),
        "may_act": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
    }
    return render(request, "inventory/counts.html", context)


@page_for()
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """`skus` has one a line; without any the sheet is of all that the warehouse has or had."""
    owner = owner_of(request)

    def do() -> tuple[StockCount, str]:
        texts = text_in(request, "skus", 400_000).splitlines()
        named = [SkuLine(sku=text.strip(), units=0) for text in texts if text.strip()]
        count = open_count(
            organization_id=owner.pk,
            warehouse_id=warehouse_named(text_in(request, "warehouse", 12), actor=request.user).pk,
            sellable_ids=units_named(owner.pk, named, field="skus") if named else (),
            note=text_in(request, "note"),
            actor=label_of(request.user),
        )
        return count, f"{count.number} is open."

    count = told(request, do)
    return redirect("count", count.pk) if count else redirect("counts")


@page_for()
@require_GET
def count(request: HttpRequest, count_id: int) -> HttpResponse:
    """Lines that nobody has counted yet come first."""
    found = _count(request, count_id)
    lines = found.lines.select_related("sellable")
    lines = lines.order_by(F("counted_at").asc(nulls_first=True), "sellable__sku")
    context = {
        "count": found,
        "lines": lines[:LINES_SHOWN],
        "line_count": lines.count(),
        "counted": lines.filter(counted__isnull=False).count(),
        "shown": LINES_SHOWN,
        "is_open": found.state == CountState.OPEN,
        "is_submitted": found.state == CountState.SUBMITTED,
        "may_act": may(request.user, WRITERS),
    }
    return render(request, "inventory/count.html", context)


@page_for()
@require_POST
def enter(request: HttpRequest, count_id: int) -> HttpResponse:
    """A field for each line, `counted-<sellable>`, empty for not counted; and lines as text."""

    def do(found: StockCount, actor: str) -> str:
        skus = dict(found.lines.values_list("sellable_id", "sellable__sku"))
        filled = {pk: text for pk in skus if (text := text_in(request, f"counted-{pk}"))}
        given = [SkuLine(sku=skus[pk], units=_units(skus[pk], text)) for pk, text in filled.items()]
        units = units_named(found.organization_id, [*given, *lines_in(request)])
        enter_counts(count_id=found.pk, units=units, actor=actor)
        return f"{len(units)} SKUs were counted."

    return _acted(request, count_id, do)


@page_for()
@require_POST
def step(request: HttpRequest, count_id: int) -> HttpResponse:
    """`step` is submit, approve, reopen or cancel."""

    def do(found: StockCount, actor: str) -> str:
        match request.POST.get("step", ""):
            case "submit":
                submit_count(count_id=found.pk, actor=actor)
                return "It waits for somebody else to approve it."
            case "approve":
                return f"{approve_count(count_id=found.pk, actor=actor)} SKUs were adjusted."
            case "reopen":
                reopen_count(count_id=found.pk, actor=actor)
                return "It is counted again."
            case "cancel":
                cancel_count(count_id=found.pk, actor=actor)
                return "Nothing was adjusted."
            case _:
                raise Http404

    return _acted(request, count_id, do)


def _units(sku: str, text: str) -> int:
    """What is no number is not nought."""
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER:
        return int(text)
    message = f"{text!r} is no number of units of {sku}."
    raise InvalidInput(errors=[FieldError(field="counted", code="invalid", message=message)])


def _acted(
    request: HttpRequest, count_id: int, do: Callable[[StockCount, str], str]
) -> HttpResponse:
    found = _count(request, count_id)
    told(request, lambda: (found, do(found, label_of(request.user))))
    return redirect("count", found.pk)


def _count(request: HttpRequest, count_id: int) -> StockCount:
    rows = StockCount.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("organization", "warehouse"), pk=count_id)
