"""Warehouses and when they hand parcels over."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import MANAGERS, may, page_for
from accounts.principals import label_of, sees_all
from inventory.models import Warehouse
from inventory.services.warehouses import change_warehouse
from inventory.warehouse_forms import CALENDAR_FIELDS, CalendarForm
from inventory.web.owners import told


@page_for()
@require_GET
def warehouses(request: HttpRequest) -> HttpResponse:
    context = {
        "warehouses": Warehouse.objects.order_by("-is_active", "code"),
        "may_change": _may_change(request),
    }
    return render(request, "inventory/warehouses.html", context)


@page_for()
@require_http_methods(["GET", "POST"])
def warehouse(request: HttpRequest, code: str) -> HttpResponse:
    """What the warehouse can do, changed by the managers of the shipping firm."""
    if not _may_change(request):
        raise PermissionDenied
    found = get_object_or_404(Warehouse, code=code.replace("\x00", "")[:12])
    form = CalendarForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        _save(request, code, form.cleaned_data)
        return redirect("warehouses")
    context = {"warehouse": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "inventory/warehouse.html", context, status=status)


def _save(request: HttpRequest, code: str, values: dict[str, Any]) -> None:
    def do() -> tuple[Warehouse, str]:
        changed = change_warehouse(
            # As it stands, since checking the form has set the fields of its own.
            warehouse=Warehouse.objects.get(code=code),
            changes={name: values[name] for name in CALENDAR_FIELDS},
            actor=label_of(request.user),
        )
        return changed, f"{changed.code} is saved."

    told(request, do)


def _may_change(request: HttpRequest) -> bool:
    return sees_all(request.user) and may(request.user, MANAGERS)
