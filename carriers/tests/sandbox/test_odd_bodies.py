"""Whatever is sent in place of whatever, an answer of the platform comes and not of a bug."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from carriers.tests.sandbox import easyship_bodies as bodies
from carriers.tests.sandbox import easyship_steps, veeqo_steps
from carriers.tests.sandbox.running import RunningTwin

ODD: tuple[Any, ...] = (None, "", "x", "²", -1, 0.5, 10**400, True, [], [None], {}, {"x": {}})
BUG = "the twin itself failed"


def spoiled(body: Any) -> Iterator[Any]:
    """The body with each of its parts in turn replaced by each odd value."""
    for path in _paths(body):
        for odd in ODD:
            changed = copy.deepcopy(body)
            holder = changed
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = odd
            yield changed


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = enumerate(value) if isinstance(value, list) else value.items()
    for key, inner in list(pairs):
        yield (*path, key)
        if isinstance(inner, dict | list):
            yield from _paths(inner, (*path, key))


def broken_by(ask: Any, method: str, path: str, body: Any) -> list[str]:
    answers = [(ask(method, path, changed), changed) for changed in spoiled(body)]
    return [f"{path} {changed}" for answer, changed in answers if BUG in answer.text]


def test_odd_orders_do_not_break_veeqo(twin: RunningTwin) -> None:
    order = veeqo_steps.order(twin, employee_notes_attributes=[{"text": "Checked"}])

    assert broken_by(twin.veeqo, "POST", "/orders", {"order": order}) == []


def test_odd_changes_do_not_break_veeqo(twin: RunningTwin) -> None:
    order, allocation_id, rate = veeqo_steps.ready(twin)
    lines = [{"sellable_id": order["line_items"][0]["sellable"]["id"], "quantity": 1}]
    allocation = {"warehouse_id": 31007, "line_items_attributes": lines}
    package = {"weight": 26.5, "weight_unit": "oz", "width": 9, "dimensions_unit": "inches"}
    variant = {"title": "Red", "sku_code": "KITE", "price": "24.50", "weight_grams": 450}
    product = {"title": "Kite", "product_variants_attributes": [variant]}
    stock = f"/sellables/{lines[0]['sellable_id']}/warehouses/31007/stock_entry"
    calls = [
        ("PUT", f"/orders/{order['id']}", {"order": {"line_items_attributes": lines}}),
        ("POST", f"/orders/{order['id']}/notes", {"note": {"text": "x"}}),
        ("POST", f"/orders/{order['id']}/allocations", {"allocation": allocation}),
        (
            "PUT",
            f"/allocations/{allocation_id}/allocation_package",
            {"allocation_package": package},
        ),
        ("POST", "/shipping/shipments", veeqo_steps.purchase(allocation_id, rate)),
        ("POST", "/products", {"product": product}),
        ("PUT", stock, {"stock_entry": {"physical_stock_level": 9, "infinite": False}}),
        ("POST", "/tags", {"name": "late", "colour": "#aa0000"}),
        ("POST", "/bulk_tagging", {"order_ids": [order["id"]], "tag_ids": [1]}),
        ("POST", "/payments", {"payment_attributes": {"payment_type": "cash", "order_id": 1}}),
    ]

    broken = [told for call in calls for told in broken_by(twin.veeqo, *call)]

    assert broken == []


def test_odd_shipments_do_not_break_easyship(twin: RunningTwin) -> None:
    body = bodies.bought_now(courier_settings={"courier_service_id": "x", "allow_fallback": True})

    assert broken_by(twin.easyship, "POST", "/shipments", body) == []


def test_odd_changes_do_not_break_easyship(twin: RunningTwin) -> None:
    shipment = easyship_steps.created(twin)
    pk = shipment["easyship_shipment_id"]
    item = {"id": shipment["parcels"][0]["items"][0]["id"], "quantity": 3}
    parcel = {"id": shipment["parcels"][0]["id"], "items": [item]}
    hook = {
        "endpoint": "http://127.0.0.1:9/",
        "event_types": ["batch_started"],
        "version": "2024-09",
    }
    service = shipment["courier_service"]["id"]
    pickup = {
        "courier_service_id": service,
        "selected_date": "2030-01-01",
        "easyship_shipment_ids": [pk],
    }
    calls = [
        ("POST", "/rates", bodies.rate_request()),
        ("PATCH", f"/shipments/{pk}", {"parcels": [parcel], "order_data": {"platform_name": "x"}}),
        ("POST", f"/shipments/{pk}/return", {"parcels": [{"items": [item]}]}),
        ("POST", "/batches/labels", {"shipments": [{"easyship_shipment_id": pk}]}),
        ("POST", "/batches/shipments", {"shipments": [bodies.batch_shipment()]}),
        ("POST", "/addresses", bodies.origin(default_for={"pickup": True})),
        ("POST", "/products", {"identifier": "KITE-01", "weight": 1, "item_category_id": 12}),
        ("POST", "/webhooks", hook | {"configuration": {"credit_balance_low": {"x": 1}}}),
        ("POST", "/pickups", pickup),
        ("POST", "/manifests", {"courier_id": service, "shipment_ids": [pk]}),
        ("POST", "/boxes", {"name": "Box", "outer_length": 1, "outer_width": 1, "outer_height": 1}),
        ("POST", f"/shipments/{pk}/label", {"printing_options": {"format": "pdf", "label": "4x6"}}),
    ]

    broken = [told for call in calls for told in broken_by(twin.easyship, *call)]

    assert broken == []
    twin.advance(3600)
    assert twin.easyship("GET", "/batches").status_code == 200
    assert twin.easyship("GET", "/shipments?per_page=100").status_code == 200
