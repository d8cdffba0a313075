"""Invented orders for tests, and the builders of the apps below in one place."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from accounts.models import Organization
from accounts.tests.builders import PASSWORD, make_key, make_organization, make_user
from catalog.models import Sellable
from catalog.tests.builders import make_product, make_sellable
from inventory.tests.builders import make_warehouse, put_stock
from orders.models import Order, OrderSource
from orders.rules.drafts import LineDraft, OrderDraft
from orders.services.intake import receive_order
from shipping_project.kernel.postal import PostalAddress

__all__ = [
    "ADDRESS",
    "PASSWORD",
    "make_draft",
    "make_key",
    "make_order",
    "make_order_body",
    "make_organization",
    "make_product",
    "make_sellable",
    "make_stocked_sellable",
    "make_user",
    "make_warehouse",
    "put_stock",
]

ADDRESS = PostalAddress(
    name="Ada Brooks",
    phone="+17755550101",
    email="ada.brooks@example.com",
    address_1="1200 Riverside Drive",
    city="Reno",
    state="NV",
    postal_code="89503",
    country="US",
)
_number = count(1)


def make_stocked_sellable(
    organization: Organization, sku: str = "MUG-01", *, warehouse: str = "NV", units: int = 50
) -> Sellable:
    """A sellable with units on the shelf of one warehouse."""
    sellable = make_sellable(organization, sku)
    put_stock(sellable, make_warehouse(warehouse), units)
    return sellable


def make_draft(sku: str = "MUG-01", *, quantity: int = 1, **changes: Any) -> OrderDraft:
    """A draft without faults. `changes` go to the draft, or to its address by field name."""
    address = {key: changes.pop(key) for key in ADDRESS.as_dict() if key in changes}
    draft = OrderDraft(
        source=OrderSource.API.value,
        external_ref=f"T-{next(_number)}",
        ship_to=replace(ADDRESS, **address),
        lines=(LineDraft(sku=sku, quantity=quantity),),
    )
    return replace(draft, **changes)


def make_order(organization: Organization, sku: str = "MUG-01", **changes: Any) -> Order:
    """An order taken in by the front door, so the SKU must exist; it waits for dispatch."""
    draft = make_draft(sku, **changes)
    return receive_order(organization_id=organization.pk, draft=draft, actor="tests").order


def make_order_body(sku: str = "MUG-01", *, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    """The JSON of `POST /api/v1/orders`, without faults unless `changes` brings them."""
    filled = {name: value for name, value in ADDRESS.as_dict().items() if value}
    return {
        "external_ref": f"T-{next(_number)}",
        "ship_to": filled,
        "lines": [{"sku": sku, "quantity": quantity}],
        **changes,
    }
