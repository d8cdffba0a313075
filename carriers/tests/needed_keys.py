"""What an answer may not lack, by the call that reads it; whatever else is missing is borne."""

from __future__ import annotations

PRODUCT = {
    "id",
    "sellables[].id",
    "sellables[].stock_entries[].sellable_id",
    "sellables[].stock_entries[].warehouse_id",
}
STOCK = {"sellable_id", "warehouse_id"}
# Only a list of allocations that is there can say that no label was bought.
ORDER = {"id", "allocations", "allocations[].shipment.id"}
LABEL = {"id", "tracking_number", "tracking_number.tracking_number"}

VEEQO: dict[str, set[str]] = {
    "find_items": {"[].sellables[].id"},
    "get_product": PRODUCT,
    "update_sellables": PRODUCT,
    "get_stock": STOCK,
    "set_stock": STOCK,
    "list_warehouses": {"[].id"},
    "list_stores": {"[].id"},
    "list_delivery_methods": {"[].id"},
    "list_tags": {"[].id"},
    "update_order": {"id", "allocations"},
    "add_note": {"id"},
    "create_order": {"id", "allocations"},
    "find_orders": {"[].id", "[].allocations"},
    "get_order": ORDER,
    "create_allocation": {"id", "allocations"},
    "get_rates": {"available"},
    "buy_label": LABEL,
    "record_shipment": LABEL,
}


def one(name: str, *keys: str) -> set[str]:
    """A thing in its envelope."""
    return {name, *(f"{name}.{key}" for key in keys)}


def many(name: str, *keys: str) -> set[str]:
    """A list in its envelope; one that is missing is not an empty one."""
    return {name, *(f"{name}[].{key}" for key in keys)}


SHIPMENT = one("shipment", "easyship_shipment_id")
SHIPMENTS = many("shipments", "easyship_shipment_id")
PICKUP = one("pickup", "easyship_pickup_id")
BATCH = one("batch", "id")
# An amount that cannot be read is no zero.
CREDIT = ("balance", "available_balance", "currency")
CHARGES = many("transaction_records", "id", "amount")

EASYSHIP: dict[str, set[str]] = {
    "get_rates": {"rates"},
    "create_shipment": SHIPMENT,
    "find_shipments": SHIPMENTS,
    "get_shipments": SHIPMENTS,
    # A row that cannot be read is set aside.
    "list_shipments": {"shipments"},
    "get_shipment": SHIPMENT,
    "update_destination": SHIPMENT,
    "buy_label": SHIPMENT,
    "create_return": SHIPMENT,
    "get_label": one(
        "shipment",
        "shipping_documents",
        "shipping_documents[].category",
        "shipping_documents[].base64_encoded_strings",
    ),
    "list_unavailable_services": {"unavailable_couriers"},
    "create_shipment_batch": BATCH,
    "create_label_batch": BATCH,
    "get_batch": BATCH,
    "list_batches": many("batches", "id"),
    "list_batch_items": many("batch_items", "id"),
    "list_products": many("products", "id"),
    "create_product": one("product", "id"),
    "update_product": one("product", "id"),
    "list_categories": many("item_categories", "id"),
    "search_hs_codes": many("hs_codes", "code"),
    "list_boxes": many("boxes", "id", "outer_dimensions"),
    "create_box": one("box", "id", "outer_dimensions"),
    "list_courier_services": many("courier_services", "id"),
    "list_warehouses": many("addresses", "id"),
    "list_addresses": many("addresses", "id"),
    "create_address": one("address", "id"),
    "update_address": one("address", "id"),
    "validate_address": one("address", "validation", "validation.status"),
    "list_pickup_slots": one(
        "courier_service_handover_option",
        "pickup_slots[].date",
        "pickup_slots[].time_slots[].time_slot_id",
    ),
    "create_pickup": PICKUP,
    "list_pickups": many("pickups", "easyship_pickup_id"),
    "get_pickup": PICKUP,
    "create_manifest": one("manifest", "id"),
    "list_manifests": many("manifests", "id"),
    "create_webhook": one("webhook", "id"),
    "list_webhooks": many("webhooks", "id"),
    "follow_parcel": one("tracking", "id"),
    "get_foreign_tracking": one("tracking", "id"),
    "get_account": one("account", *(f"credit.{key}" for key in CREDIT)),
    "get_credit": one("credit", *CREDIT),
    "list_transaction_records": {"transaction_records"},
    "list_shipment_charges": CHARGES,
    "estimate_duties": one("tax_and_duty", "tax", "duty", "currency"),
}
NEEDED = {"veeqo": VEEQO, "easyship": EASYSHIP}
# Texts that must be what they are promised to be: amounts have no sense without their currency,
# and a label is found by its category and must be a file.
WORDS: dict[str, dict[str, set[str]]] = {
    "veeqo": {},
    "easyship": {
        "get_account": {"account.credit.currency"},
        "get_credit": {"credit.currency"},
        "estimate_duties": {"tax_and_duty.currency"},
        "get_label": {
            "shipment.shipping_documents[].category",
            "shipment.shipping_documents[].base64_encoded_strings[]",
        },
    },
}
