"""What the pages of the rules have in common."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.permissions import MANAGERS, STAFF_READERS, may
from accounts.principals import sees_all
from accounts.web import owners


def require_staff(request: HttpRequest) -> None:
    """Rules and the orders they are tried on are those of all organizations."""
    if not (sees_all(request.user) and may(request.user, STAFF_READERS)):
        raise PermissionDenied


def may_steer(request: HttpRequest) -> bool:
    return sees_all(request.user) and may(request.user, MANAGERS)


def told(request: HttpRequest, do: Callable[[], str]) -> bool:
    """Faults are those of rules, which the next page does not mark, so their places are said."""
    return owners.told(request, do, names_fields=True)
