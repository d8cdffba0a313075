"""The ways to log in: password and session, token, API key.

None of them lets in whom `User.may_act` or `ApiKey.is_valid_at` keeps out, and each asks anew with
every request, so switching an organization off ends its sessions and tokens at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.tokens import Token

from accounts.addresses import address_of, current_address
from accounts.models import ApiKey, Organization, Role, User
from accounts.services.keys import find_api_key, may_use_from, note_use
from accounts.services.logins import locked_for_s, note_failure, note_success


class PasswordBackend(ModelBackend):
    """Name and password, and the sessions that follow from them.

    Pages, admin and API come by here, so here attempts are counted. What is locked is refused
    without a look at the password.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **more: Any,
    ) -> Any:
        name = username or str(more.get(User.USERNAME_FIELD) or "")
        address = current_address() or ""
        if not name or "\x00" in name or locked_for_s(name=name, address=address):
            return None
        user = super().authenticate(request, username=name, password=password, **more)
        if user is None:
            note_failure(name=name, address=address)
        else:
            note_success(name=name)
        return user

    def user_can_authenticate(self, user: Any) -> bool:
        return isinstance(user, User) and user.may_act

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("organization").filter(pk=user_id).first()
        return user if self.user_can_authenticate(user) else None


class TokenAuthentication(JWTAuthentication):
    """`Authorization: Bearer …`."""

    def get_user(self, validated_token: Token) -> Any:  # the library names no type of its own
        user: object = super().get_user(validated_token)
        if not (isinstance(user, User) and user.may_act):
            raise AuthenticationFailed("This account is switched off.")
        return user


@dataclass(frozen=True, slots=True)
class KeyUser:
    """An API key seen as an actor: a partner of its organization, limited to its scopes."""

    key: ApiKey

    is_authenticated = True
    is_active = True
    is_staff = False
    is_anonymous = False
    role = Role.PARTNER

    @property
    def pk(self) -> str:
        return f"key:{self.key.prefix}"

    @property
    def organization_id(self) -> int:
        return int(self.key.organization_id)

    @property
    def organization(self) -> Organization:
        found: Organization = self.key.organization
        return found

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.key.scopes)

    @property
    def rate(self) -> str:
        return str(self.key.rate)

    @property
    def order_rate(self) -> str:
        return str(self.key.order_rate)

    @property
    def label(self) -> str:
        return f"API key {self.key.name}"


def _found_once(request: HttpRequest, text: str) -> ApiKey | None:
    """A request is recognised by the middleware for repeats and by the view."""
    found: tuple[str, ApiKey | None] | None = getattr(request, "found_key", None)
    if found is None or found[0] != text:
        found = (text, find_api_key(text))
        request.found_key = found  # type: ignore[attr-defined]
    return found[1]


class ApiKeyAuthentication(BaseAuthentication):
    """`X-API-Key: ship_…`. An unknown, revoked or expired key is refused, never ignored."""

    def authenticate(self, request: Request) -> tuple[KeyUser, ApiKey] | None:
        text = request.headers.get("X-API-Key", "")
        if not text:
            return None
        key = _found_once(request._request, text)
        if key is None:
            raise AuthenticationFailed("This API key is not valid.")
        if not may_use_from(key, address_of(request)):
            raise AuthenticationFailed("This API key may not be used from this address.")
        note_use(key)
        return KeyUser(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
