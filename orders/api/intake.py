"""The body of a new order → whose it is and what it says, with everything wrong about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rest_framework.request import Request

from accounts.api.idempotency import body_with_reference
from accounts.models import Organization
from accounts.principals import sees_all
from orders.models import OrderSource
from orders.rules.addresses import normalize_address
from orders.rules.drafts import OrderDraft
from orders.rules.order_json import draft_from
from orders.rules.validation import check_draft
from shipping_project.kernel.errors import FieldError, InvalidInput

MAY_NOT_BUY = "The sender's key may not buy labels."


@dataclass(frozen=True, slots=True)
class OrderRequest:
    organization: Organization
    draft: OrderDraft
    faults: Sequence[FieldError]


def read_order(request: Request) -> OrderRequest:
    """Raises InvalidInput when it is not clear whose order it is: SKUs mean nothing then."""
    body = body_with_reference(request, "external_ref")
    slug = body.get("organization") if isinstance(body, dict) else None
    organization = _organization(request.user, slug)
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name != "organization"}
    draft, faults = draft_from(body, source=OrderSource.API.value)
    if organization is None:
        raise InvalidInput(errors=[_unknown(), *_all_faults(draft, faults)])
    return OrderRequest(organization, draft, faults)


def _organization(actor: Any, slug: object) -> Organization | None:
    """The caller's own, which need not be named; staff say which, by its slug.

    That of a key was read with the key, which is good for active ones alone.
    """
    own: Organization | None = getattr(actor, "organization", None)
    if own is not None and own.is_active and slug in (None, own.slug):
        return own
    rows = Organization.objects.filter(is_active=True)
    if not sees_all(actor):
        rows = rows.filter(pk=actor.organization_id)
    elif slug is None:
        return None
    if slug is None:
        return rows.first()
    return rows.filter(slug=slug).first() if isinstance(slug, str) else None


def organization_named(actor: Any, slug: object) -> Organization:
    """Whose rows a request brings that names the organization beside them. Raises InvalidInput."""
    organization = _organization(actor, slug)
    if organization is None:
        raise InvalidInput(errors=[_unknown()])
    return organization


def _unknown() -> FieldError:
    message = "Say for which organization, by its slug."
    return FieldError(field="organization", code="organization.unknown", message=message)


def _all_faults(draft: OrderDraft, faults: Sequence[FieldError]) -> list[FieldError]:
    """A field is named once, by its first fault."""
    address, _ = normalize_address(draft.ship_to)
    named = {fault.field for fault in faults}
    more = check_draft(replace(draft, ship_to=address))
    return [*faults, *(fault for fault in more if fault.field not in named)]
