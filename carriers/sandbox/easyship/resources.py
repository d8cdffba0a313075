"""Rates without a shipment, courier services, addresses, products, the account and its money."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import NAMESPACE_DNS, uuid4, uuid5

from carriers.sandbox.easyship import boxes, buying, checking
from carriers.sandbox.easyship.answers import NOT_COMPLIANT, done, ok, page, refused
from carriers.sandbox.easyship.drafting import stamp
from carriers.sandbox.easyship.forms import check_form
from carriers.sandbox.easyship.products import seed_products
from carriers.sandbox.easyship.rating import listed_service, offers, rates, shaped
from carriers.sandbox.easyship.shipments import NO_SERVICE
from carriers.sandbox.shipping import SERVICES
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

Body = dict[str, Any]
OPENING_BALANCE = "5000.00"
CURRENCY = "USD"
DEFAULTS = ("billing", "sender", "pickup", "return")
ADDRESS_KEYS = (
    "line_1", "line_2", "state", "city", "postal_code", "country_alpha2", "company_name",
    "contact_name", "contact_phone", "contact_email",
)  # fmt: skip
# Ways in which the list of services can be narrowed by yes or no.
SERVICE_SWITCHES = ("domestic", "international")


def request_rates(world: World, request: Request) -> Response:
    """200 with at least one rate; nothing that fits is a 422 and never an empty list."""
    given = request.json()
    check_form(given, "RateRequest")
    checking.check_rate_request(given)
    boxes.measure(world, given)
    narrowing = given.get("filter_options") or {}
    found = [entry for entry in rates(offers(world, given)) if _is_wanted(entry, narrowing)]
    if not found:
        raise refused("invalid_content", NO_SERVICE)
    pagination = {"page": 1, "next": None, "count": len(found)}
    return ok(200, "rates", found, pagination=pagination)


def _is_wanted(entry: Body, narrowing: Body) -> bool:
    ids = narrowing.get("courier_service_ids") or []
    name = narrowing.get("courier_service_name") or ""
    service = entry["courier_service"]
    return (not ids or service["id"] in ids) and name.lower() in service["name"].lower()


def courier_services(world: World, request: Request) -> Response:
    carrier = request.first("umbrella_name")
    countries = request.many("country_alpha2")
    found = [
        row
        for row in map(listed_service, SERVICES)
        if (not carrier or row["umbrella_name"] == carrier)
        and (not countries or row["country_alpha2"] in countries)
        and all(_switch(request, name) in (None, row[name]) for name in SERVICE_SWITCHES)
    ]
    return page(request, "courier_services", found)


def _switch(request: Request, name: str) -> bool | None:
    return {"true": True, "false": False}.get(request.first(name))


def addresses(world: World, request: Request) -> Response:
    wanted = request.first("status") or "active"
    found = [row for row in world.store.each("easyship.address") if row["status"] == wanted]
    return page(request, "addresses", found)


def create_address(world: World, request: Request) -> Response:
    given = request.json()
    check_form(given, "AddressCreate")
    address = _saved_address(given)
    world.store.insert("easyship.address", address["id"], address)
    return ok(201, "address", address)


def _saved_address(given: Body) -> Body:
    default_for = dict.fromkeys(DEFAULTS, False) | (given.get("default_for") or {})
    return {
        "id": str(uuid4()),
        "status": "active",
        "default_for": default_for,
        "hk_district": None,
        **{name: given.get(name) for name in ADDRESS_KEYS},
        "state": given.get("state") or "",
    }


def update_address(world: World, request: Request) -> Response:
    """Wants the whole of it again; what stands on shipments stays."""
    kept = _need_address(world, request)
    given = request.json()
    check_form(given, "AddressCreate")
    address = _saved_address(given) | {"id": kept["id"], "status": kept["status"]}
    if "default_for" not in given:
        address["default_for"] = kept["default_for"]
    world.store.save("easyship.address", address["id"], address)
    return ok(200, "address", address)


def activate_address(world: World, request: Request) -> Response:
    _set_status(world, request, "active")
    return done("Address successfully activated")


def deactivate_address(world: World, request: Request) -> Response:
    _set_status(world, request, "inactive")
    return done("Address successfully deactivated")


def _set_status(world: World, request: Request, status: str) -> None:
    address = _need_address(world, request)
    world.store.save("easyship.address", address["id"], address | {"status": status})


def _need_address(world: World, request: Request) -> Body:
    address = world.store.get("easyship.address", request.params["address_id"])
    if address is None:
        raise refused("resource_not_found", "The Address was not found")
    return address


def products(world: World, request: Request) -> Response:
    sku = request.first("sku")
    found = (
        world.store.find("easyship.product", lookup=sku)
        if sku
        else list(world.store.each("easyship.product"))
    )
    return page(request, "products", found)


def create_product(world: World, request: Request) -> Response:
    given = _checked_product(request)
    if not given.get("identifier"):
        raise refused("invalid_content", "Identifier can't be blank")
    at = stamp(world.clock.now())
    product = shaped("product", **{**given, "id": str(uuid4()), "created_at": at, "updated_at": at})
    world.store.insert("easyship.product", product["id"], product, lookup=product["identifier"])
    return ok(201, "product", product)


def _checked_product(request: Request) -> Body:
    """Categories are named by number; their names are not kept here."""
    given = request.json()
    check_form(given, "Product")
    category = given.pop("item_category_id", None)
    return given | ({"item_category": {"id": category}} if category else {})


def _need_product(world: World, request: Request) -> Body:
    product = world.store.get("easyship.product", request.params["product_id"])
    if product is None:
        raise refused("resource_not_found", "The Product was not found")
    return product


def update_product(world: World, request: Request) -> Response:
    product, given = _need_product(world, request), _checked_product(request)
    if not given.get("identifier", product["identifier"]):
        raise refused("invalid_content", "Identifier can't be blank")
    product |= given | {"id": product["id"], "updated_at": stamp(world.clock.now())}
    world.store.save("easyship.product", product["id"], product, lookup=product["identifier"])
    return ok(200, "product", product)


def delete_product(world: World, request: Request) -> Response:
    world.store.delete("easyship.product", _need_product(world, request)["id"])
    return done("Product successfully deleted")


def account(world: World, request: Request) -> Response:
    kept = world.store.get("easyship.account", "main") or {}
    shown = {"name": kept["name"], "easyship_company_id": kept["id"], "credit": _credit(world)}
    return ok(200, "account", shown)


def credit(world: World, request: Request) -> Response:
    return ok(200, "credit", _credit(world))


def _credit(world: World) -> Body:
    amount = float(buying.balance(world))
    return {"balance": amount, "available_balance": amount, "currency": CURRENCY}


def shipment_records(world: World, request: Request) -> Response:
    pk = request.params["easyship_shipment_id"]
    if world.store.get(buying.KIND, pk) is None:
        raise refused("resource_not_found", "The Shipment was not found")
    records = world.store.children("easyship.transaction", parent=pk)
    return _records(request, buying.settled(world, records))


def transaction_records(world: World, request: Request) -> Response:
    """Newest first, by day of settlement and by shipment."""
    pk, first, last = (request.first("easyship_shipment_id"), _day(request, 2), _day(request, 3))
    records = buying.settled(world, world.store.each("easyship.transaction", newest_first=True))
    found = [
        record
        for record in records
        if (not pk or record["easyship_shipment_id"] == pk)
        and (not first or record["settled_at"][:10] >= first)
        and (not last or record["settled_at"][:10] <= last)
    ]
    return _records(request, found)


def _day(request: Request, position: int) -> str:
    """`position` is where the document lists the parameter, which a refusal names."""
    text = request.first({2: "from_date", 3: "to_date"}[position])
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        where = f"#/paths/~12024-09~1transaction_records/get/parameters/{position}/schema"
        told = f'{where} Value: "{text}" is not conformant with date format'
        raise refused("invalid_url_param", NOT_COMPLIANT, told) from None


def _records(request: Request, found: list[Body]) -> Response:
    return page(
        request,
        "transaction_records",
        found,
        lambda record: record | {"amount": float(record["amount"])},
        counted=False,
    )


def seed(world: World, facts: Body) -> None:
    company = facts["company"]["name"]
    pk = f"CUS{uuid5(NAMESPACE_DNS, company).int % 10**7:07d}"
    balance = facts["company"].get("balance", OPENING_BALANCE)
    body = {"id": pk, "name": company, "balance": balance}
    world.store.insert("easyship.account", "main", body)
    seed_products(world, facts)
    for warehouse in facts["warehouses"]:
        address = _saved_address(
            {
                "line_1": warehouse["address_1"],
                "line_2": warehouse["address_2"] or None,
                "city": warehouse["city"],
                "state": warehouse["state"],
                "postal_code": warehouse["postal_code"],
                "country_alpha2": warehouse["country"],
                "company_name": warehouse["name"],
                "contact_name": warehouse["name"],
                "contact_phone": warehouse["phone"],
                "contact_email": "dispatch@example.com",
            }
        )
        world.store.insert("easyship.address", address["id"], address)


ROUTES = (
    Route("POST", "/rates", request_rates),
    Route("GET", "/courier_services", courier_services),
    Route("GET", "/addresses", addresses),
    Route("POST", "/addresses", create_address),
    Route("PATCH", "/addresses/{address_id}", update_address),
    Route("POST", "/addresses/{address_id}/activate", activate_address),
    Route("POST", "/addresses/{address_id}/deactivate", deactivate_address),
    Route("GET", "/products", products),
    Route("POST", "/products", create_product),
    Route("PATCH", "/products/{product_id}", update_product),
    Route("DELETE", "/products/{product_id}", delete_product),
    Route("GET", "/account", account),
    Route("GET", "/account/credit", credit),
    Route("GET", "/transaction_records", transaction_records),
    Route("GET", "/shipments/{easyship_shipment_id}/transaction_records", shipment_records),
)
