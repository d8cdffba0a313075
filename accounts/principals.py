"""Who is asking: a person or an API key, seen the same way by everything above."""

from __future__ import annotations

from typing import Protocol


class Actor(Protocol):
    """`organization_id` None means all organizations (staff); roles are `accounts.models.Role`."""

    @property
    def is_authenticated(self) -> bool: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def organization_id(self) -> int | None: ...
    @property
    def role(self) -> str: ...
    @property
    def label(self) -> str:
        """How the actor is named in histories."""


def sees_all(actor: object) -> bool:
    """Staff without an organization of their own see every organization."""
    role = getattr(actor, "role", "")
    return bool(
        getattr(actor, "is_authenticated", False)
        and getattr(actor, "organization_id", None) is None
        and role
        and role != "partner"
    )


def label_of(actor: object) -> str:
    """How histories name the actor of a request."""
    return str(getattr(actor, "label", ""))


def warehouses_of(actor: object) -> tuple[str, ...]:
    """Codes of the warehouses that the actor is limited to; empty for all."""
    return tuple(getattr(actor, "warehouses", None) or ())


def may_enter(actor: object, warehouse: str) -> bool:
    codes = warehouses_of(actor)
    return not codes or warehouse in codes
