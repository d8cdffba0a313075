"""Transfers: what was sent between warehouses and what of it arrived."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import WRITERS, may, page_for
from accounts.principals import label_of, sees_all
from inventory.models import Transfer, TransferState, Warehouse
from inventory.rules.sku_lines import SkuLine
from inventory.services.naming import units_named, warehouse_named
from inventory.transfers.access import require_at
from inventory.transfers.models import IN_TRANSIT
from inventory.transfers.services import (
    arrive_transfer,
    cancel_transfer,
    draft_transfer,
    send_transfer,
    write_off_transfer,
)
from inventory.web.owners import (
    lines_in,
    number_in,
    organizations_for,
    owner_of,
    text_in,
    told,
    warehouses_for,
)

SHOWN = 100


@page_for()
@require_GET
def transfers(request: HttpRequest) -> HttpResponse:
    rows = Transfer.objects.visible_to(request.user)
    found = rows.with_units().select_related("organization", "source", "target")
    context = {
        "transfers": found.order_by("-id")[:SHOWN],
        "count": rows.count(),
        "shown": SHOWN,
        "warehouses": warehouses_for(request),
        "targets": Warehouse.objects.filter(is_active=True).order_by("code"),
        "organizations": organizations_for(request),
        "may_act": may(request.user, WRITERS),
        "shows_organization": sees_all(request.user),
    }
    return render(request, "inventory/transfers.html", context)


@page_for()
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    owner = owner_of(request)

    def do() -> tuple[Transfer, str]:
        places = [
            warehouse_named(text_in(request, name, 12), actor=actor, field=name)
            for name, actor in (("from_warehouse", request.user), ("to_warehouse", None))
        ]
        transfer = draft_transfer(
            organization_id=owner.pk,
            source_id=places[0].pk,
            target_id=places[1].pk,
            units=units_named(owner.pk, lines_in(request)),
            note=text_in(request, "note"),
            actor=label_of(request.user),
        )
        return transfer, f"{transfer.number} is drafted."

    transfer = told(request, do)
    return redirect("transfer", transfer.pk) if transfer else redirect("transfers")


@page_for()
@require_GET
def transfer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    found = _transfer(request, transfer_id)
    context = {
        "transfer": found,
        "lines": found.lines.select_related("sellable"),
        "arrivals": found.arrivals.all(),
        "is_draft": found.state == TransferState.DRAFT,
        "is_in_transit": found.state in IN_TRANSIT,
        "may_act": may(request.user, WRITERS),
        "reference": f"web-{secrets.token_hex(6)}",
    }
    return render(request, "inventory/transfer.html", context)


@page_for()
@require_POST
def send(request: HttpRequest, transfer_id: int) -> HttpResponse:
    def do(found: Transfer, actor: str) -> str:
        require_at(request.user, found.source)
        send_transfer(transfer_id=found.pk, actor=actor)
        return "It is on its way."

    return _acted(request, transfer_id, do)


@page_for()
@require_POST
def arrive(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """One field for each line, `units-<sellable>`; empty and nought are lines that lack."""

    def do(found: Transfer, actor: str) -> str:
        require_at(request.user, found.target)
        skus = dict(found.lines.values_list("sellable_id", "sellable__sku"))
        counts = {pk: number_in(request, f"units-{pk}") for pk in skus}
        lines = [SkuLine(sku=skus[pk], units=count) for pk, count in counts.items() if count]
        arrived = arrive_transfer(
            transfer_id=found.pk,
            reference=text_in(request, "reference", 40) or f"web-{secrets.token_hex(6)}",
            units=units_named(found.organization_id, lines),
            actor=actor,
        )
        was = "" if arrived.created else "Counted already: "
        return f"{was}{arrived.arrival.total} units arrived."

    return _acted(request, transfer_id, do)


@page_for()
@require_POST
def write_off(request: HttpRequest, transfer_id: int) -> HttpResponse:
    def do(found: Transfer, actor: str) -> str:
        require_at(request.user, found.target)
        reason = text_in(request, "reason", 150) or "no reason given"
        lost = write_off_transfer(transfer_id=found.pk, reason=reason, actor=actor)
        return f"{lost} units are lost."

    return _acted(request, transfer_id, do)


@page_for()
@require_POST
def cancel(request: HttpRequest, transfer_id: int) -> HttpResponse:
    def do(found: Transfer, actor: str) -> str:
        require_at(request.user, found.source)
        cancel_transfer(transfer_id=found.pk, actor=actor)
        return "Nothing was sent."

    return _acted(request, transfer_id, do)


def _acted(
    request: HttpRequest, transfer_id: int, do: Callable[[Transfer, str], str]
) -> HttpResponse:
    found = _transfer(request, transfer_id)
    told(request, lambda: (found, do(found, label_of(request.user))))
    return redirect("transfer", found.pk)


def _transfer(request: HttpRequest, transfer_id: int) -> Transfer:
    rows = Transfer.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("organization", "source", "target"), pk=transfer_id
    )
