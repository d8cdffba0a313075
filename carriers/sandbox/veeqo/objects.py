"""Stored documents → the full objects that Veeqo sends, embedded everywhere as it does."""

from __future__ import annotations

from typing import Any

from carriers.sandbox.veeqo import stock
from carriers.sandbox.veeqo.values import GRAMS_PER_OUNCE, USER, shaped
from carriers.sandbox.world import World

Body = dict[str, Any]


def order(world: World, doc: Body) -> Body:
    allocations = allocations_of(world, doc)
    lines = [_line(world, line) for line in doc["lines"]]
    subtotal = round(
        sum((line["price"] - line["discount"]) * line["quantity"] for line in doc["lines"]), 2
    )
    wanted = sum(line["quantity"] for line in doc["lines"])
    held = sum(line["quantity"] for a in allocations for line in a["lines"])
    method = world.store.get("veeqo.delivery_method", str(doc["delivery_method_id"]))
    return shaped(
        "order",
        id=doc["id"],
        number=doc["number"],
        sales_record_number=doc["number"],
        status=doc["status"],
        created_at=doc["created_at"],
        updated_at=doc["updated_at"],
        invoice_date=doc["created_at"],
        due_date=doc["due_date"],
        shipped_at=doc["shipped_at"],
        cancelled_at=doc["cancelled_at"],
        cancel_reason=doc["cancel_reason"],
        cancelled_by=USER if doc["cancelled_at"] else None,
        delivery_cost=doc["delivery_cost"],
        subtotal_price=subtotal,
        total_tax=doc["total_tax"],
        total_discounts=doc["total_discounts"],
        total_price=round(
            subtotal - doc["total_discounts"] + doc["delivery_cost"] + doc["total_tax"], 2
        ),
        international=_is_international(world, doc),
        currency_code=_channel(world, doc["channel_id"])["currency_code"],
        payment=doc["payment"],
        delivery_method=_method(method),
        deliver_to=doc["deliver_to"],
        billing_address=doc["billing_address"],
        channel=channel(world, doc["channel_id"]),
        customer=customer(world, doc),
        customer_note=doc["customer_note"],
        employee_notes=doc["employee_notes"],
        tags=doc["tags"],
        allocations=[allocation(world, a) for a in allocations],
        allocated_completely=held >= wanted,
        can_be_shipped=doc["status"] == "awaiting_fulfillment",
        line_items=lines,
    )


def allocations_of(world: World, doc: Body) -> list[Body]:
    return world.store.children("veeqo.allocation", parent=str(doc["id"]))


def allocation(world: World, doc: Body) -> Body:
    warehouse_doc = world.store.get("veeqo.warehouse", str(doc["warehouse_id"])) or {}
    grams = sum(_grams(world, line["sellable_id"]) * line["quantity"] for line in doc["lines"])
    return shaped(
        "allocation",
        id=doc["id"],
        order_id=doc["order_id"],
        created_at=doc["created_at"],
        updated_at=doc["updated_at"],
        total_weight=round(grams / GRAMS_PER_OUNCE),
        weight_unit="oz",
        line_items=[
            shaped(
                "allocation_line",
                id=line["id"],
                quantity=line["quantity"],
                created_at=doc["created_at"],
                updated_at=doc["updated_at"],
                sellable=sellable(world, line["sellable_id"]),
            )
            for line in doc["lines"]
        ],
        shipment=doc["shipment"],
        warehouse=warehouse(warehouse_doc),
        allocation_package=doc["package"],
    )


def _line(world: World, line: Body) -> Body:
    item = sellable(world, line["sellable_id"])
    return shaped(
        "line_item",
        id=line["id"],
        price_per_unit=line["price"],
        quantity=line["quantity"],
        tax_rate=line["tax_rate"],
        taxless_discount_per_unit=line["discount"],
        additional_options=line["options"],
        created_at=line["created_at"],
        updated_at=line["created_at"],
        remote_id=line["remote_id"],
        title=item["full_title"],
        sellable=item,
    )


def sellable(world: World, sellable_id: int) -> Body:
    doc = world.store.get("veeqo.sellable", str(sellable_id)) or {}
    entries = [stock.rendered(world, entry) for entry in stock.entries_of(world, sellable_id)]
    physical = sum(entry["physical_stock_level"] for entry in entries)
    allocated = sum(entry["allocated_stock_level"] for entry in entries)
    return shaped(
        "sellable",
        id=doc["id"],
        title=doc["title"],
        sellable_title=doc["title"],
        sku_code=doc["sku"],
        upc_code=doc["barcode"],
        price=doc["price"],
        cost_price=doc["cost"],
        profit=round(doc["price"] - doc["cost"], 2),
        product_title=doc["product_title"],
        full_title=f"{doc['product_title']} {doc['title']}".strip(),
        weight_grams=doc["weight_g"],
        weight=round(doc["weight_g"] / GRAMS_PER_OUNCE, 2),
        origin_country=doc["origin_country"],
        hs_tariff_number=doc["hs_code"],
        customs_description=doc["customs_description"],
        product=shaped("sellable_product", id=doc["product_id"], title=doc["product_title"]),
        stock_entries=entries,
        measurement_attributes=doc["measurement"],
        stock_level_at_all_warehouses=physical,
        allocated_stock_level_at_all_warehouses=allocated,
        available_stock_level_at_all_warehouses=physical - allocated,
        inventory={
            "infinite": False,
            "physical_stock_level_at_all_warehouses": physical,
            "allocated_stock_level_at_all_warehouses": allocated,
            "available_stock_level_at_all_warehouses": physical - allocated,
            "incoming_stock_level_at_all_warehouses": 0,
            "transit_outgoing_stock_level_at_all_warehouses": 0,
            "transit_incoming_stock_level_at_all_warehouses": 0,
        },
    )


def product(world: World, doc: Body) -> Body:
    sellables = [
        sellable(world, pk) | shaped("product_sellable_extra") for pk in doc["sellable_ids"]
    ]
    return shaped(
        "product",
        id=doc["id"],
        title=doc["title"],
        description=doc["description"],
        updated_at=doc["updated_at"],
        sellables=sellables,
        total_stock_level=sum(s["stock_level_at_all_warehouses"] for s in sellables),
        total_allocated_stock_level=sum(
            s["allocated_stock_level_at_all_warehouses"] for s in sellables
        ),
        total_available_stock_level=sum(
            s["available_stock_level_at_all_warehouses"] for s in sellables
        ),
    )


def warehouse(doc: Body, shape: str = "warehouse") -> Body:
    known = {key: value for key, value in doc.items() if key in shaped(shape)}
    return shaped(shape, **known)


def _channel(world: World, channel_id: int) -> Body:
    return world.store.get("veeqo.channel", str(channel_id)) or {}


def _is_international(world: World, doc: Body) -> bool:
    """Seen from the store's default warehouse."""
    home = _channel(world, doc["channel_id"])["default_warehouse_id"]
    warehouse_doc = world.store.get("veeqo.warehouse", str(home)) or {}
    country = (doc["deliver_to"] or {}).get("country")
    return bool(country and country != warehouse_doc.get("country"))


def channel(world: World, channel_id: int) -> Body:
    doc = _channel(world, channel_id)
    home = world.store.get("veeqo.warehouse", str(doc["default_warehouse_id"])) or {}
    return shaped(
        "channel",
        id=doc["id"],
        name=doc["name"],
        short_name=doc["name"][:2].upper(),
        type_code=doc["type_code"],
        currency_code=doc["currency_code"],
        warehouse={"id": home.get("id"), "name": home.get("name")},
        default_warehouse=warehouse(home, "default_warehouse"),
    )


def customer(world: World, doc: Body) -> Body:
    to = doc["deliver_to"] or {}
    name = f"{to.get('first_name') or ''} {to.get('last_name') or ''}".strip()
    known = world.store.get("veeqo.customer", str(doc["customer_id"])) or {}
    return shaped(
        "customer",
        id=doc["customer_id"],
        email=known.get("email"),
        phone=known.get("phone"),
        full_name=name,
        billing_address=doc["billing_address"],
        shipping_addresses=[to],
        last_used_shipping_address=to,
        contact_data={"email": known.get("email"), "phone": known.get("phone")},
    )


def customer_alone(doc: Body) -> Body:
    """As in the list of customers, without the order that it came with."""
    billing = doc["billing_address"]
    names = (billing or {}).get("first_name"), (billing or {}).get("last_name")
    return shaped(
        "customer",
        **{name: doc[name] for name in ("id", "email", "phone", "mobile", "notes")},
        customer_type=doc["customer_type"],
        full_name=" ".join(str(name) for name in names if name),
        billing_address=billing,
        shipping_addresses=[],
        last_used_shipping_address=None,
        contact_data={"email": doc["email"], "phone": doc["phone"]},
    )


def delivery_method(doc: Body) -> Body:
    return shaped("delivery_method", id=doc["id"], name=doc["name"], cost=doc["cost"])


def _method(doc: Body | None) -> Body | None:
    """Inside an order the cost is a number, in the list it is text."""
    return (
        None if doc is None else {"id": doc["id"], "cost": float(doc["cost"]), "name": doc["name"]}
    )


def _grams(world: World, sellable_id: int) -> float:
    doc = world.store.get("veeqo.sellable", str(sellable_id)) or {}
    return float(doc.get("weight_g", 0))
