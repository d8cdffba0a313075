"""Rates without a shipment, courier services, addresses, products, documents, the account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_DNS, uuid4, uuid5

from carriers.sandbox.documents import label_pdf
from carriers.sandbox.easyship import buying, checking
from carriers.sandbox.easyship.answers import done, ok, page, refused
from carriers.sandbox.easyship.rating import courier_service, offers, rates
from carriers.sandbox.shipping import SERVICES
from carriers.sandbox.wire import Request, Response, Route
from carriers.sandbox.world import World

Body = dict[str, Any]
OPENING_BALANCE = "5000.00"
PRODUCT_KEYS = (
    "identifier", "name", "description", "height", "width", "length", "weight", "cost_price",
    "cost_price_currency", "selling_price", "selling_price_currency", "item_category_id",
    "origin_country_alpha2", "hs_code", "image_url", "sku",
)  # fmt: skip


def request_rates(world: World, request: Request) -> Response:
    """200 with at least one rate; nothing that fits is a 422 and never an empty list."""
    given = request.json()
    needed = ("origin_address", "destination_address", "parcels")
    checking.check_form(given, "RateRequest", checking.RATE_KEYS, needed)
    faults = checking.parcel_faults(given["parcels"])
    if faults:
        raise refused("invalid_content", *faults)
    wanted = (given.get("filter_options") or {}).get("courier_service_ids") or []
    found = [
        entry
        for entry in rates(offers(given))
        if not wanted or entry["courier_service"]["id"] in wanted
    ]
    if not found:
        detail = "No shipping solutions available based on the information provided"
        raise refused("invalid_content", detail)
    pagination = {"page": 1, "next": None, "count": len(found)}
    return ok(200, "rates", found, pagination=pagination)


def courier_services(world: World, request: Request) -> Response:
    return page(request, "courier_services", [courier_service(service) for service in SERVICES])


def addresses(world: World, request: Request) -> Response:
    return page(request, "addresses", list(world.store.each("easyship.address")))


def create_address(world: World, request: Request) -> Response:
    given = request.json()
    missing = [name for name in ("line_1", "city", "contact_name") if not given.get(name)]
    if missing:
        raise refused("invalid_content", *(f"{name} can't be blank" for name in missing))
    address = _saved_address(given)
    world.store.insert("easyship.address", address["id"], address)
    return ok(201, "address", address)


def _saved_address(given: Body) -> Body:
    known = {name: given.get(name) for name in sorted(checking.ADDRESS_KEYS)}
    return known | {"id": str(uuid4()), "active": True, "default": bool(given.get("default"))}


def products(world: World, request: Request) -> Response:
    return page(request, "products", list(world.store.each("easyship.product")))


def create_product(world: World, request: Request) -> Response:
    given = request.json()
    if not given.get("name"):
        raise refused("invalid_content", "name can't be blank")
    key = str(uuid4())
    product = {name: given.get(name) for name in PRODUCT_KEYS} | {"id": key}
    world.store.insert("easyship.product", key, product)
    return ok(201, "product", product)


def _need_product(world: World, request: Request) -> Body:
    product = world.store.get("easyship.product", request.params["product_id"])
    if product is None:
        raise refused("resource_not_found", "The Product was not found")
    return product


def show_product(world: World, request: Request) -> Response:
    return ok(200, "product", _need_product(world, request))


def update_product(world: World, request: Request) -> Response:
    product = _need_product(world, request)
    given = request.json()
    product |= {name: given[name] for name in PRODUCT_KEYS if name in given}
    world.store.save("easyship.product", product["id"], product)
    return ok(200, "product", product)


def delete_product(world: World, request: Request) -> Response:
    world.store.delete("easyship.product", _need_product(world, request)["id"])
    return done("Product successfully deleted")


def account(world: World, request: Request) -> Response:
    kept = world.store.get("easyship.account", "main") or {}
    return ok(
        200,
        "account",
        {
            "easyship_company_id": kept["id"],
            "name": kept["name"],
            "country_alpha2": "US",
            "currency": "USD",
        },
    )


def credit(world: World, request: Request) -> Response:
    kept = world.store.get("easyship.account", "main") or {}
    balance = float(Decimal(kept["balance"]))
    return ok(200, "credit", {"balance": balance, "available_balance": balance, "currency": "USD"})


def transaction_records(world: World, request: Request) -> Response:
    pk = request.params["easyship_shipment_id"]
    if world.store.get(buying.KIND, pk) is None:
        raise refused("resource_not_found", "The Shipment was not found")
    rows = [
        record | {"amount": float(record["amount"])}
        for record in world.store.children("easyship.transaction", parent=pk)
    ]
    return page(request, "transaction_records", rows, counted=False)


def documents(world: World, request: Request) -> Response:
    """The commercial invoice; labels are not served here."""
    shipment = world.store.get(buying.KIND, request.params["easyship_shipment_id"])
    if shipment is None:
        raise refused("resource_not_found", "The Shipment was not found")
    if shipment["label_state"] not in ("generated", "printed"):
        detail = "The shipment has been canceled or the label hasn't been purchased."
        raise refused("invalid_request", detail)
    return _pdf(shipment)


def document_file(world: World, request: Request) -> Response:
    """What a document's address leads to; the bearer is needed here as well."""
    wanted = request.params["document_id"]
    for shipment in world.store.each(buying.KIND, newest_first=True):
        if shipment["document_id"] == wanted and shipment["trackings"]:
            return _pdf(shipment)
    raise refused("resource_not_found", "The Document was not found")


def _pdf(shipment: Body) -> Response:
    content = label_pdf(buying.facts_of(shipment))
    return Response(status=200, body=content, headers={"Content-Type": "application/pdf"})


def seed(world: World, facts: Body) -> None:
    company = facts["company"]["name"]
    pk = f"CUS{uuid5(NAMESPACE_DNS, company).int % 10**7:07d}"
    body = {"id": pk, "name": company, "balance": OPENING_BALANCE}
    world.store.insert("easyship.account", "main", body)
    for warehouse in facts["warehouses"]:
        address = _saved_address(
            {
                "line_1": warehouse["address_1"],
                "line_2": warehouse["address_2"] or None,
                "city": warehouse["city"],
                "state": warehouse["state"] or None,
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
    Route("GET", "/products", products),
    Route("POST", "/products", create_product),
    Route("GET", "/products/{product_id}", show_product),
    Route("PATCH", "/products/{product_id}", update_product),
    Route("DELETE", "/products/{product_id}", delete_product),
    Route("GET", "/account", account),
    Route("GET", "/account/credit", credit),
    Route("GET", "/shipments/{easyship_shipment_id}/transaction_records", transaction_records),
    Route("GET", "/shipments/{easyship_shipment_id}/documents", documents),
    Route("GET", "/shipment/v1/shipments/{document_id}/shipping_documents/label", document_file),
)
