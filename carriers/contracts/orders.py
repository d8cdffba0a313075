"""Orders as a platform lists them, and what may be changed on them there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from carriers.contracts.shipping import Booking
from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrderLine:
    """`line_ref` is ours where we sent one, else the platform's own id of the line."""

    line_ref: str
    item_ref: str
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    tax_rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatedUnits:
    """Units of an order that the platform counts in one warehouse; once shipped, as gone.

    `shipped_at` is by the platform's clock, None where it is not told.
    """

    item_ref: str
    warehouse_ref: str
    quantity: int
    is_shipped: bool = False
    shipped_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedOrder:
    """An order as it stands there. `ship_to` is None where the platform has no address yet.

    `status` is the platform's own word; unknown words occur. `booking` tells of allocation and
    label as elsewhere, `allocated` of the stock behind it.
    """

    order_ref: str
    number: str
    status: str
    store_ref: str
    total: Money | None
    created_at: datetime | None
    updated_at: datetime | None
    cancelled_at: datetime | None
    ship_to: PostalAddress | None
    lines: tuple[ListedOrderLine, ...]
    customer_note: str
    employee_notes: tuple[str, ...]
    tags: tuple[str, ...]
    booking: Booking
    store_name: str = ""
    allocated: tuple[AllocatedUnits, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderChange:
    """What may be changed on an order; None leaves it. `employee_note` is appended each time."""

    ship_to: PostalAddress | None = None
    due_at: datetime | None = None
    customer_note: str | None = None
    employee_note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNote:
    note_ref: str
    order_ref: str
    text: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideShipment:
    """A parcel sent without the platform's label, told to it afterwards."""

    order_ref: str
    parcel_ref: str
    carrier_ref: int
    tracking_number: str
    notify_customer: bool = False
    update_store: bool = False
