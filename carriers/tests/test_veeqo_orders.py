"""Every Veeqo call about its orders, notes and tags: sent, addressed, read, refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter

import pytest

from carriers.contracts import (
    AllocatedUnits,
    Booking,
    ListedOrder,
    ListedOrderLine,
    OrderChange,
    OrderNote,
    Page,
    Tag,
)
from carriers.tests.border import (
    BUYER,
    NOT_FOUND,
    VEEQO_URL,
    Case,
    CaseChecks,
    fixture,
    veeqo_client,
)
from carriers.tests.veeqo_bodies import (
    ADDRESS,
    BOOKED,
    COUNTED,
    INFINITY,
    LABEL,
    PAGE_1,
    PLAN,
    PLAN_WORDS,
    SINCE,
)
from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress

LISTED = ListedOrder(
    order_ref="5501874",
    number="SHOP-10482",
    status="shipped",
    store_ref="40233",
    store_name="Web shop",
    total=Money(Decimal("41.95"), "USD"),
    created_at=datetime(2026, 9, 14, 8, 31, 7, 412000, tzinfo=UTC),
    updated_at=datetime(2026, 9, 14, 13, 2, 44, 190000, tzinfo=UTC),
    cancelled_at=None,
    ship_to=PostalAddress(
        name="Ines Calder",
        phone="+12085550117",
        email="ines@example.com",
        address_1="912 Alder St",
        address_2="Unit 4",
        city="Boise",
        state="ID",
        postal_code="83702",
        country="US",
    ),
    lines=(
        ListedOrderLine(
            line_ref="L-1",
            item_ref="612044",
            sku="LMP-GRN",
            title="Desk lamp Green",
            quantity=2,
            unit_price=Decimal("18.5"),
            tax_rate=Decimal("0.0"),
        ),
    ),
    customer_note="Leave with the porter",
    employee_notes=(),
    tags=(),
    booking=Booking(
        platform_ref="5501874",
        reference="SHOP-10482",
        parcel_ref="9046613",
        allocation_refs=("9046613",),
        warehouse_ref="31007",
        label=LABEL,
    ),
    allocated=(
        AllocatedUnits(
            item_ref="612044",
            warehouse_ref="31007",
            quantity=2,
            is_shipped=True,
            shipped_at=datetime(2026, 9, 14, 13, 2, 44, 190000, tzinfo=UTC),
        ),
    ),
)
CHANGED = ListedOrder(
    order_ref=LISTED.order_ref,
    number=LISTED.number,
    status="awaiting_fulfillment",
    store_ref=LISTED.store_ref,
    store_name=LISTED.store_name,
    total=LISTED.total,
    created_at=LISTED.created_at,
    updated_at=LISTED.updated_at,
    cancelled_at=None,
    ship_to=PostalAddress(
        name="Ines Calder",
        phone="+12085550117",
        address_1="14 Quarry Ln",
        city="Boise",
        state="ID",
        postal_code="83706",
        country="US",
    ),
    lines=LISTED.lines,
    customer_note=LISTED.customer_note,
    employee_notes=("Address changed by customer on 14 Sep",),
    tags=(),
    booking=BOOKED,
    allocated=(AllocatedUnits(item_ref="612044", warehouse_ref="31007", quantity=2),),
)

CASES = [
    Case(
        name="list_orders",
        call=lambda c: c.list_orders(updated_since=SINCE),
        method="GET",
        path="/orders",
        query=(("updated_at_min", "2026-09-14 12:55:00"), *PAGE_1),
        answer=fixture("veeqo/list_orders"),
        headers=COUNTED,
        result=Page(rows=(LISTED,), next_page=None, total=1),
        **INFINITY,
    ),
    Case(
        name="list_cancelled_orders_of_page_2",
        call=lambda c: c.list_orders(updated_since=SINCE, page=2, status="cancelled"),
        method="GET",
        path="/orders",
        query=(
            ("updated_at_min", "2026-09-14 12:55:00"),
            ("status", "cancelled"),
            ("page", "2"),
            ("page_size", "100"),
        ),
        answer=[],
        headers={"X-Total-Count": "230", "X-Total-Pages-Count": "3"},
        result=Page(rows=(), next_page=3, total=230),
        **INFINITY,
    ),
    Case(
        name="update_order",
        call=lambda c: c.update_order(
            "5501874",
            OrderChange(
                ship_to=BUYER,
                due_at=datetime(2026, 9, 16, 17, tzinfo=UTC),
                customer_note="Ring twice",
                employee_note="Address changed by customer on 14 Sep",
            ),
        ),
        method="PUT",
        path="/orders/5501874",
        body={
            "order": {
                "deliver_to_attributes": ADDRESS,
                "due_date": "2026-09-16T17:00:00Z",
                "customer_note_attributes": {"text": "Ring twice"},
                "employee_notes_attributes": [{"text": "Address changed by customer on 14 Sep"}],
            }
        },
        answer=fixture("veeqo/update_order"),
        result=CHANGED,
        **NOT_FOUND,
    ),
    Case(
        name="add_note",
        call=lambda c: c.add_note("5501874", "Checked"),
        method="POST",
        path="/orders/5501874/notes",
        body={"note": {"text": "Checked"}},
        status=201,
        answer={
            "id": 820115,
            "order_id": 5501874,
            "text": "Checked",
            "created_at": "2026-09-14T13:05:00.000Z",
            "created_by": {"id": 70411, "login": "Dispatch Bot", "email": "bot@example.com"},
        },
        result=OrderNote(
            note_ref="820115",
            order_ref="5501874",
            text="Checked",
            created_at=datetime(2026, 9, 14, 13, 5, tzinfo=UTC),
        ),
        **NOT_FOUND,
    ),
    Case(
        name="list_tags",
        call=lambda c: c.list_tags(),
        method="GET",
        path="/tags",
        answer=[
            {"id": 31, "name": "fragile", "colour": "#cc0000", "taggings_count": 0},
            {"id": 32, "name": "old", "colour": "#000000", "deleted_at": "2026-01-01T00:00:00Z"},
        ],
        result=(Tag(tag_ref="31", name="fragile", colour="#cc0000"),),
        refused=PLAN,
        refusal=PLAN_WORDS,
    ),
    Case(
        name="add_tags",
        call=lambda c: c.add_tags(["5501874"], ["31"]),
        method="POST",
        path="/bulk_tagging",
        body={"order_ids": [5501874], "tag_ids": [31]},
        status=204,
        result=None,
        **NOT_FOUND,
    ),
    Case(
        name="remove_tags",
        call=lambda c: c.remove_tags(["5501874"], ["31"]),
        method="DELETE",
        path="/bulk_tagging",
        body={"order_ids": [5501874], "tag_ids": [31]},
        answer={},
        result=None,
        **NOT_FOUND,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
class TestEveryCall(CaseChecks):
    base_url = VEEQO_URL
    client = staticmethod(veeqo_client)
