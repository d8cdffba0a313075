"""Bodies and steps for the Veeqo half, as a client takes them."""

from __future__ import annotations

from typing import Any

from carriers.tests.sandbox.running import RunningTwin

Body = dict[str, Any]
CHANNEL = 40233
STANDARD = 88120
OUNCES_OF_A_KILO = 35.274


def address(**changes: Any) -> Body:
    return {
        "first_name": "Ines",
        "last_name": "Calder",
        "address1": "912 Alder St",
        "address2": "Unit 4",
        "city": "Boise",
        "state": "ID",
        "zip": "83702",
        "country": "US",
        "phone": "+12085550117",
        "email": "ines@example.com",
    } | changes


def sellable(twin: RunningTwin, sku: str = "TRM-GRN") -> int:
    found = twin.veeqo("GET", f"/products?query={sku}&page_size=100").json()
    return next(
        int(row["id"]) for doc in found for row in doc["sellables"] if row["sku_code"] == sku
    )


def line(twin: RunningTwin, quantity: int = 2, sku: str = "TRM-GRN", **changes: Any) -> Body:
    return {
        "sellable_id": sellable(twin, sku),
        "quantity": quantity,
        "price_per_unit": "18.50",
        "tax_rate": 0,
        "remote_id": "L-1",
    } | changes


def order(twin: RunningTwin, number: str = "SHOP-10482", **changes: Any) -> Body:
    return {
        "channel_id": CHANNEL,
        "delivery_method_id": STANDARD,
        "number": number,
        "delivery_cost": "4.95",
        "customer_attributes": {
            "email": "buyer@example.com",
            "phone": "+12085550117",
            "billing_address_attributes": address(),
        },
        "deliver_to_attributes": address(),
        "line_items_attributes": [line(twin)],
        "payment_attributes": {"payment_type": "credit_card", "reference_number": "pi_7Zk20a"},
        "customer_note_attributes": {"text": "Leave with the porter"},
    } | changes


def made(twin: RunningTwin, number: str = "SHOP-10482", **changes: Any) -> Body:
    answer = twin.veeqo("POST", "/orders", {"order": order(twin, number, **changes)})
    assert answer.status_code == 201, answer.text
    body: Body = answer.json()
    return body


def read(twin: RunningTwin, pk: int) -> Body:
    body: Body = twin.veeqo("GET", f"/orders/{pk}").json()
    return body


def packed(twin: RunningTwin, allocation_id: int, **changes: Any) -> None:
    package = {
        "weight": OUNCES_OF_A_KILO,
        "weight_unit": "oz",
        "width": 9,
        "height": 6,
        "depth": 12,
        "dimensions_unit": "inches",
        "package_provider": "CUSTOM",
        "package_selection_source": "ONE_OFF",
        "save_for_similar_shipments": False,
    } | changes
    path = f"/allocations/{allocation_id}/allocation_package"
    answer = twin.veeqo("PUT", path, {"allocation_package": package})
    assert answer.status_code == 200, answer.text


def rates(twin: RunningTwin, allocation_id: int) -> list[Body]:
    path = f"/shipping/rates/{allocation_id}?from_allocation_package=true"
    found: list[Body] = twin.veeqo("GET", path).json()["available"]
    return found


def purchase(allocation_id: int, rate: Body, **changes: Any) -> Body:
    shipment = {
        "allocation_id": allocation_id,
        "carrier_id": "",
        "remote_shipment_id": rate["remote_shipment_id"],
        "service_type": rate["name"],
        "sub_carrier_id": rate["sub_carrier_id"],
        "service_carrier": rate["service_carrier"],
        "total_net_charge": rate["total_net_charge"],
        "base_rate": rate["base_rate"],
        "notify_customer": False,
        "update_remote_order": None,
    }
    for option in rate["shipping_service_options"] or []:
        if option["key"].startswith("value_added_service__"):
            shipment[option["key"]] = option["values"][0]["value"]
    return {"carrier": rate["carrier"], "shipment": shipment | changes}


def ready(twin: RunningTwin, number: str = "SHOP-10482") -> tuple[Body, int, Body]:
    """An order with a parcel on it, its allocation and the cheapest rate."""
    placed = made(twin, number)
    allocation_id = int(placed["allocations"][0]["id"])
    packed(twin, allocation_id)
    return placed, allocation_id, rates(twin, allocation_id)[0]


def bought(twin: RunningTwin, number: str = "SHOP-10482") -> tuple[Body, Body]:
    """An order and the answer to the purchase of its label."""
    placed, allocation_id, rate = ready(twin, number)
    answer = twin.veeqo("POST", "/shipping/shipments", purchase(allocation_id, rate))
    assert answer.status_code == 200, answer.text
    return placed, answer.json()


def stock(twin: RunningTwin, sku: str, warehouse_id: int) -> Body:
    path = f"/sellables/{sellable(twin, sku)}/warehouses/{warehouse_id}/stock_entry"
    entry: Body = twin.veeqo("GET", path).json()
    return entry


def levels(entry: Body) -> tuple[int, int, int]:
    """Physical, allocated, available."""
    names = ("physical_stock_level", "allocated_stock_level", "available_stock_level")
    physical, allocated, available = (int(entry[name]) for name in names)
    return physical, allocated, available
