"""For whom a person acts on a page, and telling what came of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.models import Organization
from accounts.principals import sees_all
from shipping_project.kernel.errors import AppError


def organizations_of(request: HttpRequest) -> QuerySet[Organization]:
    """The choice of staff; anybody else acts for the own one alone."""
    rows = Organization.objects.filter(is_active=True).order_by("name")
    own_id: int | None = getattr(request.user, "organization_id", None)
    return rows if sees_all(request.user) else rows.filter(pk=own_id or 0)


def organizations_for(request: HttpRequest) -> list[Organization]:
    return list(organizations_of(request))


def owner_of(request: HttpRequest) -> Organization:
    """The one that the form names, else the only one there is."""
    choice = organizations_for(request)
    slug = request.POST.get("organization", "")
    found = [one for one in choice if one.slug == slug or (not slug and len(choice) == 1)]
    if not found:
        raise Http404
    return found[0]


def told(request: HttpRequest, do: Callable[[], str], *, names_fields: bool = False) -> bool:
    """Do it, and say on the next page what became of it.

    `names_fields` where the page shows no field that a fault could stand beside.
    """
    try:
        words = do()
    except AppError as exc:
        faults = [f"{e.field}: {e.message}" if names_fields else e.message for e in exc.errors]
        messages.error(request, " ".join([f"{exc.title}.", *(faults or [exc.detail])]))
        return False
    messages.success(request, words)
    return True
