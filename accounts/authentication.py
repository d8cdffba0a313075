"""API keys as a way to log in."""

from __future__ import annotations

from dataclasses import dataclass

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiKey, Role
from accounts.services.keys import find_api_key, note_use


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
    def scopes(self) -> frozenset[str]:
        return frozenset(self.key.scopes)

    @property
    def label(self) -> str:
        return f"API key {self.key.name}"


class ApiKeyAuthentication(BaseAuthentication):
    """`X-API-Key: ship_…`. An unknown, revoked or expired key is refused, never ignored."""

    def authenticate(self, request: Request) -> tuple[KeyUser, ApiKey] | None:
        text = request.headers.get("X-API-Key", "")
        if not text:
            return None
        key = find_api_key(text)
        if key is None:
            raise AuthenticationFailed("This API key is not valid.")
        note_use(key)
        return KeyUser(key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
