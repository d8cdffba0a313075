"""Batches of orders assigned together, and what that saved against first come first served."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organization
from accounts.permissions import MANAGERS, page_for
from accounts.principals import label_of
from orders.models import BatchAssignment
from orders.services.assigning import start_assignment
from orders.web.routing.common import may_steer, require_staff, told

SHOWN = 50


@page_for()
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    require_staff(request)
    context = {
        "batches": BatchAssignment.objects.select_related("organization").defer("plan")[:SHOWN],
        "organizations": Organization.objects.filter(is_active=True),
        "may_steer": may_steer(request),
    }
    return render(request, "orders/routing/batches.html", context)


@page_for()
@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    require_staff(request)
    found = get_object_or_404(BatchAssignment.objects.select_related("organization"), pk=pk)
    return render(request, "orders/routing/batch.html", {"batch": found})


@page_for(*MANAGERS)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    if not may_steer(request):
        raise PermissionDenied
    organization = get_object_or_404(
        Organization, slug=request.POST.get("organization", ""), is_active=True
    )

    begun: list[BatchAssignment] = []

    def do() -> str:
        started = start_assignment(
            organization_id=organization.pk,
            actor=label_of(request.user),
            is_dry_run="dry_run" in request.POST,
        )
        begun.append(started)
        return f"Batch {started.pk} is being assigned."

    told(request, do)
    return redirect("batch", begun[0].pk) if begun else redirect("batches")
