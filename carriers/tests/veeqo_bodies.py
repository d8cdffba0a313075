"""What the tests of Veeqo's calls expect in common."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from carriers.contracts import (
    Booking,
    Label,
)
from shipping_project.kernel.money import Money

PLAN = (403, {"error_messages": "Feature not available on your current plan"})
PLAN_WORDS = "Feature not available on your current plan"
INFINITY: dict[str, Any] = {
    "refused": (400, {"error_messages": ["Infinity"]}),
    "refusal": "Infinity",
}
PAGE_1 = (("page", "1"), ("page_size", "100"))
COUNTED = {"X-Total-Count": "1", "X-Total-Pages-Count": "1"}
SINCE = datetime(2026, 9, 14, 12, 55, tzinfo=UTC)
SOLD = datetime(2026, 9, 14, 8, 31, 8, 55000, tzinfo=UTC)

BOOKED = Booking(
    platform_ref="5501874",
    reference="SHOP-10482",
    parcel_ref="9046613",
    allocation_refs=("9046613",),
    warehouse_ref="31007",
)
LABEL = Label(
    label_ref="7420551",
    tracking_number="9400100000000000000001",
    carrier="USPS",
    service_name="USPS Ground Advantage",
    tracking_url="https://tracking.example/9400100000000000000001",
    document_url="/shipping/labels?shipment_ids[]=7420551",
    cost=Money(Decimal("7.42"), "USD"),
)
ADDRESS = {
    "first_name": "Ines Maria",
    "last_name": "Calder",
    "company": "",
    "address1": "912 Alder St",
    "address2": "Unit 4",
    "city": "Boise",
    "state": "ID",
    "zip": "83702",
    "country": "US",
    "phone": "+12085550117",
    "email": "ines@example.com",
}
