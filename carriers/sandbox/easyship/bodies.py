"""What each request body may hold. Source: Easyship 2024-09, schemas of the same names.

String lengths published as `maximum`, and keys required only inside addresses, belong to the
second layer of checks.
"""

from __future__ import annotations

from dataclasses import replace

from carriers.sandbox.easyship.codes import COUNTRIES, CURRENCIES
from carriers.sandbox.easyship.schema import (
    ANY,
    BOOLEAN,
    INTEGER,
    NUMBER,
    Schema,
    array,
    choice,
    nullable,
    record,
    text,
)

TEXT = text()
TEXT_OR_NULL = nullable(TEXT)
UUID = text("uuid")
COUNTRY = choice(*COUNTRIES, ref="CountryAlpha2")
COUNTRY_OR_NULL = nullable(choice(*COUNTRIES, ref="CountryAlpha2Nullable"))
CURRENCY = choice(*CURRENCIES, ref="Currency")
CURRENCY_OR_NULL = nullable(choice(*CURRENCIES, ref="CurrencyNullable"))
POSITIVE_OR_NULL = Schema(kind="number", nullable=True, above=0)
INCOTERMS = nullable(choice("DDU", "DDP"))
FLAG_OR_NULL = nullable(BOOLEAN)

ADDRESS_FIELDS = {
    "line_1": TEXT,
    "line_2": TEXT_OR_NULL,
    "state": TEXT,
    "city": TEXT,
    "postal_code": TEXT_OR_NULL,
    "country_alpha2": COUNTRY,
    "company_name": TEXT_OR_NULL,
    "contact_name": TEXT,
    "contact_phone": TEXT_OR_NULL,
    "contact_email": text("email"),
}
ADDRESS = record(ADDRESS_FIELDS, ref="Address", closed=False)
DESTINATION = record(
    {
        **ADDRESS_FIELDS,
        "state": TEXT_OR_NULL,
        "postal_code": TEXT,
        "contact_phone": TEXT,
        "delivery_instructions": TEXT_OR_NULL,
    },
    ref="DestinationAddress",
)
ONLY_TRUE = choice(True, kind="boolean")
ADDRESS_CREATE = record(
    {
        **ADDRESS_FIELDS,
        "company_name": TEXT,
        "contact_phone": TEXT,
        "default_for": record(dict.fromkeys(("pickup", "billing", "sender", "return"), ONLY_TRUE)),
    },
    ref="AddressCreate",
    closed=False,
    required=(
        "city",
        "company_name",
        "contact_email",
        "contact_name",
        "contact_phone",
        "country_alpha2",
        "line_1",
    ),
)

SIZE = record(dict.fromkeys(("length", "width", "height"), NUMBER))
UNITS = record(
    {"weight": choice("kg", "g", "lb", "oz"), "dimensions": choice("cm", "in")}, ref="Units"
)
INSURANCE = nullable(
    record({"is_insured": BOOLEAN, "insured_amount": NUMBER, "insured_currency": CURRENCY})
)
ITEM_FIELDS = {
    "description": TEXT,
    "category": TEXT_OR_NULL,
    "hs_code": TEXT,
    "sku": TEXT,
    "platform_product_id": TEXT_OR_NULL,
    "manufacturer_part_number": TEXT_OR_NULL,
    "global_trade_item_number": TEXT_OR_NULL,
    "contains_battery_pi966": FLAG_OR_NULL,
    "contains_battery_pi967": FLAG_OR_NULL,
    "contains_liquids": FLAG_OR_NULL,
    "origin_country_alpha2": COUNTRY_OR_NULL,
    "quantity": INTEGER,
    "dimensions": SIZE,
    "actual_weight": NUMBER,
    "declared_currency": CURRENCY,
    "declared_customs_value": NUMBER,
}
VALUE = ("declared_currency", "declared_customs_value")
PRODUCT_ITEM = record(
    {
        "product": record({"id": UUID, "sku": TEXT}, closed=False),
        "quantity": INTEGER,
        "declared_currency": CURRENCY,
        "declared_customs_value": NUMBER,
    },
    ref="ParcelProductItemCreate",
)


def _parcel(ref: str, item: Schema) -> Schema:
    """Items returned to the sender, `{id, quantity}`, are not served."""
    return record(
        {
            "total_actual_weight": NUMBER,
            "box": nullable(
                record({"slug": TEXT_OR_NULL, "length": NUMBER, "width": NUMBER, "height": NUMBER})
            ),
            "items": array(Schema(any_of=(item, PRODUCT_ITEM)), least=1, most=200),
        },
        ref=ref,
    )


PARCEL_CREATE = _parcel(
    "ParcelCreate", record(ITEM_FIELDS, ref="ParcelItemCreate", required=("description", *VALUE))
)
PARCEL_RATE = _parcel(
    "ParcelRateCreate", record(ITEM_FIELDS, ref="ParcelItemRateCreate", required=VALUE)
)
PARCEL_UPDATE = replace(
    PARCEL_CREATE,
    ref="ParcelUpdate",
    fields={
        **PARCEL_CREATE.fields,
        "id": UUID,
        "items": array(
            Schema(
                any_of=(
                    record({**ITEM_FIELDS, "id": UUID}, ref="ParcelItemUpdate"),
                    PRODUCT_ITEM,
                )
            ),
            least=1,
            most=200,
        ),
    },
)

RATE_REQUEST = record(
    {
        "origin_address": ADDRESS,
        "destination_address": DESTINATION,
        "set_as_residential": BOOLEAN,
        "incoterms": INCOTERMS,
        "insurance": INSURANCE,
        "return": BOOLEAN,
        "courier_settings": record(
            {"show_courier_logo_url": BOOLEAN, "apply_shipping_rules": BOOLEAN}
        ),
        "shipping_settings": record({"units": UNITS, "output_currency": CURRENCY}),
        "parcels": array(PARCEL_RATE, least=1),
        "calculate_tax_and_duties": BOOLEAN,
        "filter_options": record(
            {"courier_service_name": TEXT, "courier_service_ids": array(UUID)}, closed=False
        ),
    },
    ref="RateRequest",
    required=("origin_address", "destination_address", "parcels"),
)

PRINTING = record(
    {
        "format": choice("png", "pdf", "url", "zpl"),
        "label": choice("4x6", "A4", "A5"),
        "commercial_invoice": choice("4x6", "A4"),
        "packing_slip": choice("4x6", "A4", "none"),
        "remarks": text(max_length=70),
    },
    closed=False,
)
COURIER_SETTINGS = record(
    {
        "courier_service_id": TEXT_OR_NULL,
        "courier_umbrella": TEXT_OR_NULL,
        "courier_service_name": TEXT_OR_NULL,
        "courier_account_number": TEXT_OR_NULL,
        "allow_fallback": BOOLEAN,
        "apply_shipping_rules": BOOLEAN,
        "list_unavailable_services": BOOLEAN,
    },
    closed=False,
)
SHIPPING_SETTINGS = record(
    {
        "additional_services": record(
            {
                "delivery_confirmation": choice(
                    "ups_delivery_confirmation_adult_signature_required",
                    "ups_delivery_confirmation_signature_required",
                    "dpd_uk_signature_required",
                    "dpd_uk_proof_of_identity",
                    "dpd_uk_proof_of_age",
                    "dpd_uk_pin_required",
                ),
                "qr_code": choice("qr_code", "qr_code_with_label", "none"),
            }
        ),
        "units": UNITS,
        "buy_label": BOOLEAN,
        "buy_label_synchronous": BOOLEAN,
        "b13a_filing": nullable(
            record(
                {
                    "option": choice(
                        "not_required",
                        "fedex_to_stamp",
                        "filed_electronically",
                        "manually_attached",
                        "summary_reporting",
                    ),
                    "option_export_compliance_statement": TEXT_OR_NULL,
                    "permit_number": TEXT_OR_NULL,
                }
            )
        ),
        "printing_options": PRINTING,
        "label_customization_fields": array(
            record(
                {"code": TEXT, "value": TEXT, "convert_to_barcode": ANY},
                required=("value",),
                closed=False,
            ),
            least=1,
        ),
    },
    closed=False,
)
ORDER_DATA = record(
    {
        "platform_name": TEXT_OR_NULL,
        "platform_order_number": TEXT_OR_NULL,
        "order_created_at": nullable(text("date-time")),
        "order_tag_list": array(TEXT, most=500),
        "seller_notes": TEXT_OR_NULL,
        "buyer_notes": TEXT_OR_NULL,
        "buyer_selected_courier_name": TEXT_OR_NULL,
    },
    ref="Shipment/properties/order_data",
)
_SHIPMENT_FIELDS = {
    "origin_address": ADDRESS,
    "origin_address_id": UUID,
    "sender_address": ADDRESS,
    "sender_address_id": UUID,
    "return_address": ADDRESS,
    "return_address_id": UUID,
    "destination_address": DESTINATION,
    "metadata": record({}, ref="Shipment/properties/metadata", closed=False),
    "set_as_residential": BOOLEAN,
    "consignee_tax_id": TEXT,
    "eei_reference": TEXT,
    "regulatory_identifiers": record(
        dict.fromkeys(("eori", "ioss", "vat_number"), TEXT_OR_NULL),
        ref="Shipment/properties/regulatory_identifiers",
    ),
    "incoterms": replace(INCOTERMS, ref="Shipment/properties/incoterms"),
    "insurance": replace(INSURANCE, ref="Shipment/properties/insurance"),
    "order_data": ORDER_DATA,
    "courier_settings": COURIER_SETTINGS,
    "shipping_settings": SHIPPING_SETTINGS,
}
SHIPMENT_CREATE = record(
    {
        **_SHIPMENT_FIELDS,
        "return": BOOLEAN,
        "buyer_regulatory_identifiers": record(
            dict.fromkeys(("ein", "vat_number", "ssn"), TEXT_OR_NULL),
            ref="Shipment/properties/buyer_regulatory_identifiers",
        ),
        "parcels": array(PARCEL_CREATE),
    },
    ref="ShipmentCreate",
    required=("parcels",),
)
SHIPMENT_UPDATE = record(
    {**_SHIPMENT_FIELDS, "parcels": array(PARCEL_UPDATE, least=1, most=200)}, ref="ShipmentUpdate"
)
LABEL_CREATE = record(
    {"courier_service_id": TEXT, "printing_options": PRINTING}, ref="SingleLabelCreate"
)
PRODUCT_CREATE = record(
    {
        "id": UUID,
        "store_id": nullable(UUID),
        "name": text(max_length=500),
        "comments": TEXT_OR_NULL,
        "input_type": choice("manual_input", "product_sync", "api", "api_upload", "csv_upload"),
        "identifier": TEXT,
        "item_category_id": INTEGER,
        **dict.fromkeys(("length", "width", "height", "weight"), POSITIVE_OR_NULL),
        **dict.fromkeys(("cost_price", "selling_price"), POSITIVE_OR_NULL),
        **dict.fromkeys(("cost_price_currency", "selling_price_currency"), CURRENCY_OR_NULL),
        **dict.fromkeys(
            (
                "platform_product_id",
                "manufacturer_part_number",
                "global_trade_item_number",
                "image_url",
                "pick_location",
                "hs_code",
            ),
            TEXT_OR_NULL,
        ),
        "origin_country_alpha2": COUNTRY_OR_NULL,
        **dict.fromkeys(
            ("contains_liquids", "contains_battery_pi966", "contains_battery_pi967"), FLAG_OR_NULL
        ),
        "created_at": TEXT,
        "updated_at": TEXT,
    },
    ref="ProductCreate",
)
