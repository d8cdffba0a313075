"""Customers. Nothing keeps a second one with the same e-mail out."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo import objects
from carriers.sandbox.veeqo.paging import paged
from carriers.sandbox.veeqo.values import (
    address_of,
    keep,
    need,
    object_of,
    refusal,
    wrapped,
)
from carriers.sandbox.wire import Request, Response, Route, json_response
from carriers.sandbox.world import World

TYPES = ("retail", "business")
KEPT = ("email", "phone", "mobile", "notes", "customer_type")
Body = dict[str, Any]


def new_customer(world: World, given: Body) -> Body:
    pk = world.store.next_number("veeqo.customer", 2210001)
    billing = object_of(given.get("billing_address_attributes"))
    customer = {name: given.get(name) for name in KEPT} | {
        "id": pk,
        "customer_type": given.get("customer_type") or TYPES[0],
        "billing_address": address_of(world, "billing_address", billing) if billing else None,
    }
    world.store.insert("veeqo.customer", str(pk), customer, lookup=_words(customer))
    return customer


def _words(customer: Body) -> str:
    """What the search looks through."""
    billing = customer["billing_address"] or {}
    names = (customer["email"], billing.get("first_name"), billing.get("last_name"))
    return " ".join(str(name) for name in names if name).lower()


def listing(world: World, request: Request) -> Response:
    query, kind = request.first("query").lower(), request.first("customer_type")
    found = (
        world.store.search("veeqo.customer", query)
        if query
        else list(world.store.each("veeqo.customer", newest_first=True))
    )
    rows = [row for row in found if kind in ("", row["customer_type"])]
    return paged(request, rows, objects.customer_alone, world)


def show(world: World, request: Request) -> Response:
    customer = need("customer", world, request.params["customer_id"])
    return json_response(200, objects.customer_alone(customer))


def create(world: World, request: Request) -> Response:
    given = wrapped(request, "customer")
    faults = [] if given.get("email") else ["Email can't be blank"]
    if given.get("customer_type") not in TYPES:
        faults.append("Customer type is not included in the list")
    if faults:
        raise refusal(400, faults)
    return json_response(201, objects.customer_alone(new_customer(world, given)))


def change(world: World, request: Request) -> Response:
    customer = need("customer", world, request.params["customer_id"])
    given = wrapped(request, "customer")
    customer |= {name: given[name] for name in KEPT if name in given}
    keep("customer", world, customer)
    return json_response(200, objects.customer_alone(customer))


ROUTES = (
    Route("GET", "/customers", listing),
    Route("POST", "/customers", create),
    Route("GET", "/customers/{customer_id}", show),
    Route("PUT", "/customers/{customer_id}", change),
)
