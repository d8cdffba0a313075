"""Orders: create, show, update, cancel."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo import objects
from carriers.sandbox.veeqo.allocating import (
    WAITING,
    allocate_by_itself,
    allocate_due,
    free,
    settle_status,
)
from carriers.sandbox.veeqo.customers import new_customer
from carriers.sandbox.veeqo.notes import customer_note, notes, payment
from carriers.sandbox.veeqo.values import (
    address_of,
    keep,
    moment_of,
    need,
    now,
    number_of,
    object_of,
    objects_of,
    refusal,
    stamp,
    whole_of,
    wrapped,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

Body = dict[str, Any]


def create(world: World, request: Request) -> Response:
    """201. Numbers may repeat: nothing here keeps a second order with the same one out."""
    given = wrapped(request, "order")
    _check(world, given)
    pk = world.store.next_number("veeqo.order", 5501001)
    at = now(world)
    address = _deliver_to(world, given)
    customer = object_of(given.get("customer_attributes"))
    billing = object_of(customer.get("billing_address_attributes")) or address
    doc: Body = {
        "id": pk,
        "number": str(given.get("number") or f"#P-{pk}"),
        "status": "awaiting_payment",
        "created_at": at,
        "updated_at": at,
        "due_date": _due(given),
        "shipped_at": None,
        "cancelled_at": None,
        "cancel_reason": None,
        "channel_id": whole_of(given["channel_id"]),
        "delivery_method_id": whole_of(given.get("delivery_method_id")),
        "delivery_cost": number_of(given.get("delivery_cost")),
        "total_tax": number_of(given.get("total_tax")),
        "total_discounts": number_of(given.get("total_discounts")),
        "customer_id": whole_of(given.get("customer_id")) or new_customer(world, customer)["id"],
        "deliver_to": address_of(world, "address", address) if address else None,
        "billing_address": address_of(world, "billing_address", billing) if billing else None,
        "payment": payment(world, pk, given.get("payment_attributes")),
        "customer_note": customer_note(world, pk, given.get("customer_note_attributes")),
        "employee_notes": notes(world, pk, given.get("employee_notes_attributes")),
        "tags": [],
        "lines": [_line(world, line, at) for line in objects_of(given["line_items_attributes"])],
    }
    world.store.insert("veeqo.order", str(pk), doc, lookup=_search_text(world, doc))
    allocate_by_itself(world, doc)
    settle_status(world, doc)
    where = {"Location": f"{world.base_url}/orders/{pk}"}
    return json_response(201, objects.order(world, doc), where)


def _check(world: World, given: Body) -> None:
    """Every referenced id must exist; the platform's own words for this are not documented."""
    faults = _unknown(world, given)
    if not (given.get("customer_id") or object_of(given.get("customer_attributes"))):
        faults.append("Customer can't be blank")
    has_address = given.get("deliver_to_id") or object_of(given.get("deliver_to_attributes"))
    if not has_address and world.options.veeqo_missing_address == "refuse":
        faults.append("Deliver to can't be blank")
    lines = objects_of(given.get("line_items_attributes"))
    if not lines:
        faults.append("Line items can't be blank")
    for line in lines:
        faults += _line_faults(world, line)
    if faults:
        as_text = world.options.veeqo_validation_body == "string"
        raise refusal(400, ", ".join(faults) if as_text else faults)


def _unknown(world: World, given: Body) -> list[str]:
    faults = []
    if world.store.get("veeqo.channel", str(given.get("channel_id"))) is None:
        faults.append("Channel must exist")
    for name in ("customer", "deliver_to"):
        kind = "address" if name == "deliver_to" else name
        pk = given.get(f"{name}_id")
        if pk and world.store.get(f"veeqo.{kind}", str(pk)) is None:
            faults.append(f"{name.replace('_', ' ').capitalize()} must exist")
    return faults


def _line_faults(world: World, line: Body) -> list[str]:
    faults = []
    if world.store.get("veeqo.sellable", str(line.get("sellable_id"))) is None:
        faults.append(f"Sellable {line.get('sellable_id')} must exist")
    if whole_of(line.get("quantity")) <= 0:
        faults.append("Quantity must be greater than 0")
    return faults


def show(world: World, request: Request) -> Response:
    allocate_due(world)
    doc = need("order", world, request.params["order_id"])
    return json_response(200, objects.order(world, doc))


def update(world: World, request: Request) -> Response:
    """Status, tags and number are ignored; employee notes append, the customer note is replaced."""
    doc = need("order", world, request.params["order_id"])
    given = wrapped(request, "order")
    doc["due_date"] = _due(given) or doc["due_date"]
    if address := object_of(given.get("deliver_to_attributes")):
        doc["deliver_to"] = address_of(world, "address", address)
    if note := given.get("customer_note_attributes"):
        doc["customer_note"] = customer_note(world, doc["id"], note)
    if method := whole_of(given.get("delivery_method_id")):
        doc["delivery_method_id"] = method
    doc["employee_notes"] += notes(world, doc["id"], given.get("employee_notes_attributes"))
    lines = objects_of(given.get("line_items_attributes"))
    _update_lines(world, doc, lines)
    if lines and world.options.veeqo_omitted_lines == "remove":
        named = {whole_of(line["sellable_id"]) for line in lines}
        doc["lines"] = [line for line in doc["lines"] if line["sellable_id"] in named]
    pay(world, doc, given.get("payment_attributes"))
    settle_status(world, doc)
    return json_response(200, objects.order(world, doc))


def _update_lines(world: World, doc: Body, given: list[Body]) -> None:
    """A line is meant by its sellable."""
    faults = [fault for line in given for fault in _line_faults(world, line)]
    if faults:
        raise refusal(400, faults)
    for line in given:
        fresh = _line(world, line, now(world))
        same = [old for old in doc["lines"] if old["sellable_id"] == fresh["sellable_id"]]
        if same:
            same[0] |= {name: fresh[name] for name in ("quantity", "price", "discount", "tax_rate")}
        else:
            doc["lines"].append(fresh)


def pay(world: World, doc: Body, given: Any) -> None:
    """The first payment lets the order be allocated."""
    paid = payment(world, doc["id"], given)
    if paid is not None:
        was_unpaid = doc["payment"] is None
        doc["payment"] = paid
        keep("order", world, doc)
        if was_unpaid:
            allocate_by_itself(world, doc)


def cancel(world: World, request: Request) -> Response:
    """204. What is allocated is free again; nothing that was shipped can be cancelled."""
    doc = need("order", world, request.params["order_id"])
    allocations = objects.allocations_of(world, doc)
    if any(allocation["shipment"] for allocation in allocations):
        raise refusal(400, "Order has been shipped and cannot be cancelled")
    if doc["status"] != "cancelled":
        for allocation in allocations:
            free(world, allocation)
        world.store.delete(WAITING, str(doc["id"]))
        at = now(world)
        doc |= {"status": "cancelled", "cancelled_at": at, "updated_at": at}
        doc["cancel_reason"] = request.json().get("cancel_reason")
        keep("order", world, doc)
    return Response(status=204)


def _line(world: World, line: Body, at: str) -> Body:
    return {
        "id": world.store.next_number("veeqo.line", 18077001),
        "sellable_id": whole_of(line["sellable_id"]),
        "quantity": whole_of(line["quantity"]),
        "price": number_of(line.get("price_per_unit")),
        "tax_rate": number_of(line.get("tax_rate")),
        "discount": number_of(line.get("taxless_discount_per_unit")),
        "options": line.get("additional_options"),
        "remote_id": line.get("remote_id"),
        "created_at": at,
    }


def _due(given: Body) -> str | None:
    """Sent as a day or a time, told as a time."""
    moment = moment_of(str(given.get("due_date") or ""))
    return stamp(moment) if moment else None


def _deliver_to(world: World, given: Body) -> Body:
    saved = world.store.get("veeqo.address", str(given.get("deliver_to_id")))
    return saved or object_of(given.get("deliver_to_attributes"))


def _search_text(world: World, doc: Body) -> str:
    """What the fuzzy search looks through: number, e-mail, name and SKUs."""
    to = doc["deliver_to"] or {}
    customer = world.store.get("veeqo.customer", str(doc["customer_id"])) or {}
    skus = [
        (world.store.get("veeqo.sellable", str(line["sellable_id"])) or {}).get("sku", "")
        for line in doc["lines"]
    ]
    who = [to.get("email"), customer.get("email"), to.get("first_name"), to.get("last_name")]
    return " ".join(str(part) for part in (doc["number"], *who, *skus) if part).lower()


ROUTES = (
    Route("POST", "/orders", create),
    Route("GET", "/orders/{order_id}", show),
    Route("PUT", "/orders/{order_id}", update),
    Route("PUT", "/orders/{order_id}/cancel", cancel),
)
