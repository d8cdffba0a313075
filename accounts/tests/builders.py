"""Invented organizations, people and keys for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import count

from django.contrib.auth.hashers import make_password

from accounts.models import Organization, Role, User
from accounts.scopes import SCOPES
from accounts.services.keys import KeyTerms, create_api_key

PASSWORD = "maple-Syrup-77"
_number = count(1)


def make_organization(slug: str = "alder", *, is_active: bool = True) -> Organization:
    name = f"{slug.capitalize()} Goods"
    return Organization.objects.create(slug=slug, name=name, is_active=is_active)


def make_user(
    role: str = Role.OPERATOR,
    *,
    organization: Organization | None = None,
    username: str = "",
    password: str = PASSWORD,
    is_active: bool = True,
) -> User:
    """A person; without an organization they are staff and see all of them."""
    name = username or f"{role}-{next(_number)}"
    return User.objects.create(
        username=name,
        email=f"{name}@example.com",
        password=_hashed(password),
        role=role,
        organization=organization,
        is_active=is_active,
    )


@cache
def _hashed(password: str) -> str:
    """Hashing is slow on purpose; once for each password is enough here."""
    return make_password(password)


def make_key(
    organization: Organization,
    *scopes: str,
    expires_at: datetime | None = None,
    networks: Sequence[str] = (),
    rate: str = "",
    order_rate: str = "",
) -> str:
    """The secret text of a new key; without scopes it may do everything."""
    _, secret = create_api_key(
        organization_id=organization.pk,
        terms=KeyTerms(
            name="test key",
            scopes=scopes or SCOPES,
            expires_at=expires_at,
            networks=networks,
            rate=rate,
            order_rate=order_rate,
        ),
        actor="tests",
    )
    return secret
