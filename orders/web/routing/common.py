"""What the pages of the rules have in common."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.permissions import MANAGERS, STAFF_READERS, may
from accounts.principals import sees_all
from shipping_project.kernel.errors import AppError


def require_staff(request: HttpRequest) -> None:
    """Rules and the orders they are tried on are those of all organizations."""
    if not (sees_all(request.user) and may(request.user, STAFF_READERS)):
        raise PermissionDenied


def may_steer(request: HttpRequest) -> bool:
    return sees_all(request.user) and may(request.user, MANAGERS)


def told(request: HttpRequest, do: Callable[[], str]) -> bool:
    """Do it, and say on the next page what became of it."""
    try:
        messages.success(request, do())
    except AppError as exc:
        faults = " ".join(f"{error.field}: {error.message}" for error in exc.errors)
        messages.error(request, f"{exc.title}. {faults or exc.detail}")
        return False
    return True
