"""Orders: create, list, get, update, cancel, notes and tags."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from carriers.sandbox.veeqo import objects
from carriers.sandbox.veeqo.allocating import allocate_by_itself, free, settle_status
from carriers.sandbox.veeqo.paging import paged
from carriers.sandbox.veeqo.values import (
    USER,
    keep,
    need,
    now,
    number_of,
    refusal,
    shaped,
    whole_of,
    wrapped,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

STATUSES = (
    "awaiting_payment", "awaiting_stock", "awaiting_fulfillment", "shipped", "on_hold",
    "cancelled", "refunded",
)  # fmt: skip
ADDRESS_KEYS = (
    "first_name", "last_name", "company", "address1", "address2", "city", "state", "zip",
    "country", "phone", "email",
)  # fmt: skip


def create(world: World, request: Request) -> Response:
    """201. Numbers may repeat: nothing here keeps a second order with the same one out."""
    given = wrapped(request, "order")
    _check(world, given)
    pk = world.store.next_number("veeqo.order", 5501001)
    at = now(world)
    address = given.get("deliver_to_attributes") or {}
    customer = given.get("customer_attributes") or {}
    doc: dict[str, Any] = {
        "id": pk,
        "number": str(given.get("number") or f"#P-{pk}"),
        "status": "awaiting_payment",
        "created_at": at,
        "updated_at": at,
        "due_date": given.get("due_date"),
        "shipped_at": None,
        "cancelled_at": None,
        "cancel_reason": None,
        "channel_id": whole_of(given["channel_id"]),
        "delivery_method_id": whole_of(given.get("delivery_method_id")),
        "delivery_cost": number_of(given.get("delivery_cost")),
        "customer_id": _customer(world, customer),
        "deliver_to": _address(world, "address", address) if address else None,
        "billing_address": _address(
            world, "billing_address", customer.get("billing_address_attributes") or address
        ),
        "payment": _payment(world, pk, given.get("payment_attributes")),
        "customer_note": _customer_note(world, pk, given.get("customer_note_attributes")),
        "employee_notes": _notes(world, pk, given.get("employee_notes_attributes")),
        "tags": [],
        "lines": [_line(world, line, at) for line in given["line_items_attributes"]],
        "allocate_at": None,
    }
    world.store.insert("veeqo.order", str(pk), doc, lookup=_search_text(world, doc))
    allocate_by_itself(world, doc)
    settle_status(world, doc)
    where = {"Location": f"{world.base_url}/orders/{pk}"}
    return json_response(201, objects.order(world, doc), where)


def _check(world: World, given: dict[str, Any]) -> None:
    """Every referenced id must exist; the platform's own words for this are not documented."""
    faults = []
    if world.store.get("veeqo.channel", str(given.get("channel_id"))) is None:
        faults.append("Channel must exist")
    if not (given.get("customer_id") or given.get("customer_attributes")):
        faults.append("Customer can't be blank")
    if not (given.get("deliver_to_id") or given.get("deliver_to_attributes")):
        faults.append("Deliver to can't be blank")
    lines = given.get("line_items_attributes")
    if not isinstance(lines, list) or not lines:
        faults.append("Line items can't be blank")
        lines = []
    for line in lines:
        if world.store.get("veeqo.sellable", str(line.get("sellable_id"))) is None:
            faults.append(f"Sellable {line.get('sellable_id')} must exist")
        if number_of(line.get("quantity")) <= 0:
            faults.append("Quantity must be greater than 0")
    if faults:
        raise refusal(400, faults)


def listing(world: World, request: Request) -> Response:
    """Newest first; cancelled ones are hidden unless asked for; odd dates are ignored."""
    query = request.first("query").lower()
    docs = world.store.search("veeqo.order", query) if query else list(_newest(world))
    visible = [doc for doc in docs if _matches(world, request, doc, searched=bool(query))]
    return paged(request, visible, lambda doc: objects.order(world, doc), world)


def _newest(world: World) -> Any:
    return world.store.each("veeqo.order", newest_first=True)


def _matches(world: World, request: Request, doc: dict[str, Any], *, searched: bool) -> bool:
    status, options = request.first("status"), world.options
    channels = request.many("channel_ids")
    if status and doc["status"] != status:
        return False
    if not status and options.veeqo_hide_cancelled and doc["status"] == "cancelled":
        return False
    if channels and str(doc["channel_id"]) not in channels:
        return False
    if doc["id"] <= whole_of(request.first("since_id")):
        return False
    if searched and not _is_indexed(world, doc):
        return False
    return _is_after(doc["created_at"], request.first("created_at_min")) and _is_after(
        doc["updated_at"], request.first("updated_at_min")
    )


def _is_indexed(world: World, doc: dict[str, Any]) -> bool:
    """The search lags behind the records."""
    delay = timedelta(seconds=world.options.veeqo_search_delay_s)
    return world.clock.now() - datetime.fromisoformat(doc["created_at"]) >= delay


def _is_after(stamp: str, limit: str) -> bool:
    try:
        moment = datetime.fromisoformat(limit.replace(" ", "T"))
    except ValueError:
        return True
    known = datetime.fromisoformat(stamp)
    return known >= (moment if moment.tzinfo else moment.replace(tzinfo=known.tzinfo))


def show(world: World, request: Request) -> Response:
    doc = need("order", world, request.params["order_id"])
    if doc["allocate_at"] and doc["allocate_at"] <= now(world):
        with world.store.transaction():
            allocate_by_itself(world, doc, is_due=True)
            settle_status(world, doc)
    return json_response(200, objects.order(world, doc))


def update(world: World, request: Request) -> Response:
    """Status, tags and number are ignored; employee notes append, the customer note is replaced."""
    doc = need("order", world, request.params["order_id"])
    given = wrapped(request, "order")
    if given.get("due_date"):
        doc["due_date"] = given["due_date"]
    if address := given.get("deliver_to_attributes"):
        doc["deliver_to"] = _address(world, "address", address)
    if note := given.get("customer_note_attributes"):
        doc["customer_note"] = _customer_note(world, doc["id"], note)
    doc["employee_notes"] += _notes(world, doc["id"], given.get("employee_notes_attributes"))
    doc["updated_at"] = now(world)
    keep("order", world, doc)
    return json_response(200, objects.order(world, doc))


def cancel(world: World, request: Request) -> Response:
    doc = need("order", world, request.params["order_id"])
    if doc["status"] == "shipped":
        raise refusal(400, "Order has been shipped and cannot be cancelled")
    if doc["status"] != "cancelled":
        for allocation in objects.allocations_of(world, doc):
            free(world, allocation)
        at = now(world)
        doc |= {"status": "cancelled", "cancelled_at": at, "updated_at": at}
        doc["cancel_reason"] = request.json().get("cancel_reason")
        keep("order", world, doc)
    return Response(status=204)


def add_note(world: World, request: Request) -> Response:
    doc = need("order", world, request.params["order_id"])
    note = _notes(world, doc["id"], [wrapped(request, "note")])[0]
    doc["employee_notes"].append(note)
    keep("order", world, doc)
    return json_response(201, {key: note[key] for key in note if key != "mentions"})


def _line(world: World, line: dict[str, Any], at: str) -> dict[str, Any]:
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


def _address(world: World, shape: str, given: dict[str, Any]) -> dict[str, Any]:
    values = {key: given.get(key) or None for key in ADDRESS_KEYS}
    return shaped(shape, id=world.store.next_number("veeqo.address", 7730001), **values)


def _customer(world: World, given: dict[str, Any]) -> int:
    pk = world.store.next_number("veeqo.customer", 2210001)
    body = {"id": pk, "email": given.get("email"), "phone": given.get("phone")}
    world.store.insert("veeqo.customer", str(pk), body)
    return pk


def _payment(world: World, order_id: int, given: Any) -> dict[str, Any] | None:
    if not isinstance(given, dict) or not given.get("payment_type"):
        return None
    at = now(world)
    return shaped(
        "payment",
        id=world.store.next_number("veeqo.payment", 6602001),
        payment_type=given["payment_type"],
        reference_number=given.get("reference_number"),
        created_at=at,
        updated_at=at,
        order_id=order_id,
    )


def _customer_note(world: World, order_id: int, given: Any) -> dict[str, Any] | None:
    if not isinstance(given, dict) or not given.get("text"):
        return None
    pk = world.store.next_number("veeqo.note", 551001)
    return {"id": pk, "text": given["text"], "order_id": order_id}


def _notes(world: World, order_id: int, given: Any) -> list[dict[str, Any]]:
    notes = given if isinstance(given, list) else []
    return [
        shaped(
            "note",
            id=world.store.next_number("veeqo.note", 551001),
            text=note.get("text", ""),
            order_id=order_id,
            created_at=now(world),
            created_by=USER,
        )
        for note in notes
        if isinstance(note, dict)
    ]


def _search_text(world: World, doc: dict[str, Any]) -> str:
    """What the fuzzy search looks through: number, e-mail, name and SKUs."""
    to = doc["deliver_to"] or {}
    skus = [
        (world.store.get("veeqo.sellable", str(line["sellable_id"])) or {}).get("sku", "")
        for line in doc["lines"]
    ]
    parts = [doc["number"], to.get("email"), to.get("first_name"), to.get("last_name"), *skus]
    return " ".join(str(part) for part in parts if part).lower()


ROUTES = (
    Route("POST", "/orders", create),
    Route("GET", "/orders", listing),
    Route("GET", "/orders/{order_id}", show),
    Route("PUT", "/orders/{order_id}", update),
    Route("PUT", "/orders/{order_id}/cancel", cancel),
    Route("POST", "/orders/{order_id}/notes", add_note),
)
