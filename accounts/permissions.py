"""Who may do what: by role for people, by scope for keys, nothing unless a view says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import Role
from accounts.principals import sees_all
from accounts.scopes import BUY_LABELS

if TYPE_CHECKING:
    from rest_framework.views import APIView

EVERYBODY = frozenset(Role.values)
WRITERS = EVERYBODY - {Role.AUDITOR.value}
STAFF = frozenset({Role.ADMINISTRATOR.value, Role.MANAGER.value, Role.OPERATOR.value})
STAFF_READERS = STAFF | {Role.AUDITOR.value}
MANAGERS = frozenset({Role.ADMINISTRATOR.value, Role.MANAGER.value})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR.value})


class RoleAllows(BasePermission):
    """Reads what the view declares.

    `required_scopes = {"read": "orders:read", "write": "orders:write"}` for keys (a missing entry
    refuses every key), with what a single action needs besides under its own name;
    `read_roles` and `write_roles` for people (everybody, and all but auditors).
    """

    message: str

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not (user and user.is_authenticated and user.is_active):
            return False
        reading = request.method in SAFE_METHODS
        scopes = getattr(user, "scopes", None)
        if scopes is not None:
            return self._key_may(scopes, view, reading=reading)
        default = EVERYBODY if reading else WRITERS
        roles = getattr(view, "read_roles" if reading else "write_roles", default)
        return getattr(user, "role", "") in roles

    def _key_may(self, scopes: Collection[str], view: APIView, *, reading: bool) -> bool:
        needed = _needed_scopes(view, reading=reading)
        missing = [scope for scope in needed if scope not in scopes]
        self.message = (
            f"This API key lacks the scope {' and '.join(missing)}."
            if needed
            else "This is for people who log in, not for API keys."
        )
        return bool(needed) and not missing


class StaffOnly(BasePermission):
    """Staff of the shipping firm itself: people without an organization of their own."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return sees_all(request.user)


class StaffWrite(BasePermission):
    """What all organizations share is changed by staff alone."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return request.method in SAFE_METHODS or sees_all(request.user)


def _needed_scopes(view: APIView, *, reading: bool) -> tuple[str, ...]:
    """None at all where a view opens nothing of this kind to keys."""
    declared: Mapping[str, str] = getattr(view, "required_scopes", {})
    general = declared.get("read" if reading else "write")
    special = declared.get(getattr(view, "action", "") or "")
    return () if general is None else (general, special) if special else (general,)


Page = Callable[..., HttpResponseBase]


def page_for(*roles: str, readers: frozenset[str] = EVERYBODY) -> Callable[[Page], Page]:
    """A page that needs a login, one of `readers` and, for anything but reading, of `roles`."""

    def decorate(page: Page) -> Page:
        @login_required
        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            allowed = frozenset(roles) or WRITERS
            needed = readers if request.method in SAFE_METHODS else allowed
            if not may(request.user, needed):
                raise PermissionDenied
            return page(request, *args, **kwargs)

        return guarded

    return decorate


def may_buy_labels(actor: object) -> bool:
    """People by their role, which views ask for; keys by their scope."""
    scopes = getattr(actor, "scopes", None)
    return scopes is None or BUY_LABELS in scopes


def may(user: object, roles: frozenset[str]) -> bool:
    return getattr(user, "role", "") in roles
