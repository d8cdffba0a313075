"""The form of a new order: what was typed, kept to the letter, and the draft read from it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from accounts.models import Organization, User
from orders.models import OrderSource
from orders.rules.drafts import OrderDraft
from orders.rules.order_json import draft_from
from orders.rules.validation import MAX_LINES
from orders.services.dispatch import REFERENCE_LETTERS
from shipping_project.kernel.errors import FieldError
from shipping_project.kernel.postal import PostalAddress

ADDRESS_NAMES = tuple(PostalAddress().as_dict())
WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}")
# One more than an order may have, so that a longer list is refused rather than cut.
MOST_LINES = MAX_LINES + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInput:
    """One line as typed."""

    sku: str = ""
    quantity: str = "1"
    unit_price: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.sku.strip() or self.unit_price.strip())

    def as_json(self) -> dict[str, Any]:
        quantity = self.quantity.strip()
        price = self.unit_price.strip()
        return {
            "sku": self.sku.strip(),
            "quantity": int(quantity) if WHOLE_NUMBER.fullmatch(quantity) else 0,
            "unit_price": price or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderForm:
    """All that a person typed or picked; `external_ref` makes a second submit find the first.

    `organization` is a slug and empty until staff pick one; `pick` is the pasted customer in use.
    """

    organization: str = ""
    external_ref: str = ""
    source: str = OrderSource.WEB.value
    text: str = ""
    pick: int = 0
    carrier: str = ""
    ship_by: str = ""
    deliver_by: str = ""
    note: str = ""
    requested_service: str = ""
    customer_tags: str = ""
    is_residential: str = ""
    product_q: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[LineInput, ...] = (LineInput(),)

    @property
    def postal_address(self) -> PostalAddress:
        return PostalAddress(**{name: self.address.get(name, "") for name in ADDRESS_NAMES})

    def with_address(self, address: PostalAddress) -> OrderForm:
        return replace(self, address=address.as_dict(), source=OrderSource.PASTE.value)

    def with_sku(self, sku: str) -> OrderForm:
        """One unit more of a product; blank lines make room."""
        kept = tuple(line for line in self.lines if not line.is_blank)
        if any(line.sku == sku for line in kept):
            return replace(self, lines=tuple(_one_more(line, sku) for line in kept))
        return replace(self, lines=(*kept, LineInput(sku=sku)))

    def without_line(self, position: int) -> OrderForm:
        kept = tuple(line for index, line in enumerate(self.lines) if index != position)
        return replace(self, lines=kept or (LineInput(),))

    def draft(self) -> tuple[OrderDraft, list[FieldError]]:
        """The draft and its faults of form, named as in the API."""
        body = {
            "external_ref": self.external_ref.strip(),
            "ship_to": dict(self.address),
            "lines": [line.as_json() for line in self.lines if not line.is_blank],
            "carrier": self.carrier,
            "note": self.note,
            "requested_service": self.requested_service,
            "customer_tags": self.customer_tags,
            "is_residential": self.is_residential,
            "ship_by": self.ship_by,
            "deliver_by": self.deliver_by,
        }
        return draft_from(body, source=self.source)


def fresh_form(organizations: Sequence[Organization]) -> OrderForm:
    """An empty form under a reference of its own."""
    only = organizations[0].slug if len(organizations) == 1 else ""
    return OrderForm(organization=only, external_ref=new_reference())


def form_from(posted: QueryDict) -> OrderForm:
    """What was posted; a value that no field of ours could hold is dropped."""
    source = posted.get("source", "")
    pick = posted.get("pick", "")
    return OrderForm(
        organization=posted.get("organization", ""),
        external_ref=posted.get("external_ref", ""),
        source=source if source == OrderSource.PASTE.value else OrderSource.WEB.value,
        text=posted.get("text", ""),
        pick=int(pick) if pick.isascii() and pick.isdigit() and len(pick) < 5 else 0,
        carrier=posted.get("carrier", ""),
        ship_by=posted.get("ship_by", ""),
        deliver_by=posted.get("deliver_by", ""),
        # Browsers send line ends as CR LF, which would count twice.
        note=posted.get("note", "").replace("\r\n", "\n"),
        requested_service=posted.get("requested_service", ""),
        customer_tags=posted.get("customer_tags", ""),
        is_residential=posted.get("is_residential", ""),
        product_q=posted.get("product_q", ""),
        address={name: posted.get(name, "") for name in ADDRESS_NAMES},
        lines=_lines(posted) or (LineInput(),),
    )


def new_reference() -> str:
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))
    return f"WEB-{timezone.now():%y%m%d}-{letters}"


def organizations_for(user: User) -> tuple[Organization, ...]:
    """Those for which the user may enter orders: their own, or any for staff."""
    active = Organization.objects.filter(is_active=True)
    if user.organization_id is not None:
        active = active.filter(pk=user.organization_id)
    return tuple(active.order_by("name"))


def _lines(posted: QueryDict) -> tuple[LineInput, ...]:
    """Blank lines are dropped, so that the place of a line is the one that faults name."""
    columns = [posted.getlist(name)[:MOST_LINES] for name in ("sku", "quantity", "unit_price")]
    length = max(len(column) for column in columns)
    padded = [[*column, *[""] * (length - len(column))] for column in columns]
    lines = (
        LineInput(sku=sku, quantity=quantity, unit_price=price)
        for sku, quantity, price in zip(*padded, strict=True)
    )
    return tuple(line for line in lines if not line.is_blank)


def _one_more(line: LineInput, sku: str) -> LineInput:
    if line.sku != sku or not WHOLE_NUMBER.fullmatch(line.quantity.strip()):
        return line
    return replace(line, quantity=str(int(line.quantity) + 1))
