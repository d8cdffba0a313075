"""For whom a person acts on a page, and telling what came of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest

from accounts.models import Organization
from accounts.principals import sees_all
from shipping_project.kernel.errors import AppError


def organizations_for(request: HttpRequest) -> list[Organization]:
    """The choice of staff; anybody else acts for the own one alone."""
    rows = Organization.objects.filter(is_active=True).order_by("name")
    if not sees_all(request.user):
        own: int | None = getattr(request.user, "organization_id", None)
        rows = rows.filter(pk=own or 0)
    return list(rows)


def owner_of(request: HttpRequest) -> Organization:
    """The one that the form names, else the only one there is."""
    choice = organizations_for(request)
    slug = request.POST.get("organization", "")
    found = [one for one in choice if one.slug == slug or (not slug and len(choice) == 1)]
    if not found:
        raise Http404
    return found[0]


def told(request: HttpRequest, do: Callable[[], str]) -> bool:
    """Do it, and say on the next page what became of it."""
    try:
        words = do()
    except AppError as exc:
        named = [error.message for error in exc.errors] or [exc.detail]
        messages.error(request, " ".join([f"{exc.title}.", *named]))
        return False
    messages.success(request, words)
    return True
