"""Every refusal that the platforms' documents quote, and the problem that it is read as."""

from __future__ import annotations

import re

import pytest

from carriers.problems.catalogue import CATALOGUE
from carriers.problems.matching import match_problem
from carriers.problems.patterns import PATTERNS, Pattern

SCHEMA = "The request does not comply with the OpenAPI Specification."
MISSING = "missing required parameters:"
PARAMETER = "#/paths/~12024-09~1{}/get/parameters/{}/schema"

# Operation, status, words, code.
VEEQO = [
    ("get_order", 401, "You're not authorized", "upstream.unauthorized"),
    ("set_stock", 403, "Feature not available on your current plan", "account.plan_lacks_feature"),
    ("get_order", 404, "Not found", "booking.not_found"),
    ("cancel_order", 404, "Not found", "booking.not_found"),
    ("create_order", 404, "Not found", "upstream.not_found"),
    ("get_product", 404, "Not Found", "upstream.not_found"),
    ("delete_shipment", 404, "Not Found", "upstream.not_found"),
    ("get_label", 404, "", "label.not_bought"),
    ("list_orders", 400, "Infinity", "request.invalid"),
    ("get_rates", 400, "Order must have a destination address.", "address.missing"),
    ("get_rates", 400, "This allocation is already shipped", "label.already_bought"),
    (
        "get_rates",
        400,
        "Weight attribute should be greater than zero",
        "parcel.weight_required",
    ),
    (
        "buy_label",
        400,
        "InvalidRequestException, errorCode: INVALID_VALUE_ADDED_SERVICES, "
        "errorMessage: the value added services do not match the quote.",
        "service.options_mismatch",
    ),
    ("get_rates", 200, "Not offered for this destination.", "service.destination_not_served"),
    ("list_orders", 429, "", "upstream.rate_limited"),
    ("get_label", 500, "", "upstream.unavailable"),
    (
        "create_allocation",
        0,
        "Veeqo did not allocate the order to one warehouse; check its stock there.",
        "warehouse.short_at_platform",
    ),
    (
        "list_stores",
        0,
        "Veeqo has no active direct store; make one, or set VEEQO_CHANNEL_ID.",
        "account.store_missing",
    ),
]
# The fixed messages of section 6.2, which stand alone where an error has no details.
EASYSHIP_MESSAGES = [
    ("", 400, "The request body is malformed or not valid.", "request.invalid"),
    ("", 400, "Internal or 3rd party API error.", "upstream.unavailable"),
    ("", 401, "Invalid token.", "upstream.unauthorized"),
    ("", 401, "Invalid API token.", "upstream.unauthorized"),
    (
        "",
        402,
        "Insufficient balance on your account. Please add more funds.",
        "account.funds_low",
    ),
    (
        "",
        402,
        "You have reached your plan limit. Please upgrade your subscription plan.",
        "account.plan_limit",
    ),
    (
        "",
        402,
        "Your maximum balance limit has been reached. Please contact your account manager.",
        "account.overdraft_limit",
    ),
    (
        "",
        402,
        "You don't have access to this feature. Please upgrade your plan",
        "account.plan_lacks_feature",
    ),
    (
        "",
        403,
        "You do not have permission to access this resource. Please contact our support team or "
        "your account manager if you believe you should have access.",
        "account.permission_missing",
    ),
    (
        "",
        403,
        "API usage limit exceeded. Please upgrade your plan or wait for your usage period to "
        "reset.",
        "account.quota_used",
    ),
    ("", 404, "The requested resource was not found.", "upstream.not_found"),
    ("", 404, "The requested endpoint does not exist.", "request.endpoint_unknown"),
    ("", 422, "The request body content is not valid.", "request.invalid"),
    ("", 422, "The request URL param is invalid.", "request.invalid"),
    (
        "",
        429,
        "Rate Limit Exceeded. You have reached the maximum number of requests. Please try again "
        "later.",
        "upstream.rate_limited",
    ),
    ("", 500, "Unexpected internal error.", "upstream.unavailable"),
]
# The second detail of a refusal by the schema layer.
EASYSHIP_SCHEMA = [
    (f"#/components/schemas/RateRequest {MISSING} destination_address", "address.missing"),
    (
        f"#/components/schemas/AddressCreate {MISSING} city, company_name, contact_email, "
        "contact_name, contact_phone, country_alpha2",
        "address.incomplete",
    ),
    (
        f"#/components/schemas/AddressValidationCreate {MISSING} line_1, city, country_alpha2",
        "address.incomplete",
    ),
    (
        f"#/components/schemas/AddressValidationDomesticCreate {MISSING} line_1, city",
        "address.incomplete",
    ),
    (f"#/components/schemas/Address {MISSING} city", "address.city_required"),
    (f"#/components/schemas/BatchAddressesCreate {MISSING} addresses", "request.invalid"),
    (f"#/components/schemas/BatchLabelsCreate {MISSING} shipments", "request.invalid"),
    (
        "#/components/schemas/Address/properties/line_1 does not allow null values",
        "address.street_required",
    ),
    (
        "#/components/schemas/AddressUpdate/properties/contact_phone does not allow null values",
        "address.phone_invalid",
    ),
    (
        "#/components/schemas/BatchShipmentsCreate/properties/defaults/properties/"
        "origin_address_id does not allow null values",
        "address.origin_invalid",
    ),
    (
        "#/components/schemas/CourierBase/properties/nickname does not allow null values",
        "account.carrier_account_invalid",
    ),
    (
        f"{PARAMETER.format('billing_documents', 3)} "
        'Value: "invalid_date" is not conformant with date format',
        "request.invalid",
    ),
    (
        f"{PARAMETER.format('transaction_records', 3)} "
        'Value: "invalid_date" is not conformant with date format',
        "request.invalid",
    ),
    (
        '"TW" isn\'t part of the enum in '
        + PARAMETER.format("courier_services~1{courier_service_id}~1estimated_delivery_dates", 3),
        "request.invalid",
    ),
    (
        '"packing_slip" isn\'t part of the enum in '
        + PARAMETER.format("shipments~1{easyship_shipment_id}~1documents", 1),
        "request.invalid",
    ),
    (
        '"invalid status" isn\'t part of the enum in #/components/schemas/ShipmentTrackingUpdate/'
        "properties/events/items/properties/primary_status",
        "request.invalid",
    ),
    (
        '"wrong_state" isn\'t part of the enum in #/components/schemas/ShipmentWarehouseState/'
        "properties/warehouse_state",
        "request.invalid",
    ),
    (
        "#/components/schemas/TrackingCreate/properties/courier_service_id "
        'Value: "" is not conformant with UUID format',
        "request.invalid",
    ),
    (
        '{"description"=>"Mug"} isn\'t any of in '
        "#/components/schemas/ParcelCreate/properties/items/items",
        "parcel.contents_incomplete",
    ),
    (
        "discriminator mapped schema #/components/schemas/2020-12 does not exist in "
        "#/components/schemas/WebhookCreate/discriminator",
        "webhook.refused",
    ),
    ("discriminator propertyName type does not exist in value {} in X", "webhook.refused"),
    (
        '"unsupported_event" isn\'t part of the enum in '
        "#/components/schemas/Webhook2024_09/properties/event_types/items",
        "webhook.refused",
    ),
    ("#/components/schemas/RateRequest does not define properties: foo", "request.invalid"),
    ("#/components/schemas/X expected string, but received Integer: 5", "request.invalid"),
    ('#/components/schemas/X "v" is longer than max length', "request.invalid"),
    ("#/components/schemas/X [] contains fewer than min items", "request.invalid"),
]
# Details of the model layer and of section 6.4.
EASYSHIP_DETAILS = [
    (422, "parcels[0].items[0].category can't be blank if hs_code is blank", "customs.hs_required"),
    (422, "parcels[0].items[0].dimensions can't be blank", "parcel.size_required"),
    (422, "parcels[0].items[0].dimensions.length can't be blank", "parcel.size_required"),
    (
        422,
        "origin_address.line_1 is too long (maximum is 35 characters)",
        "address.origin_invalid",
    ),
    (
        422,
        "destination_address.line_1 is too long (maximum is 35 characters)",
        "address.line_too_long",
    ),
    (422, "destination_address.state can't be blank", "address.state_required"),
    (422, "parcels[0].total_actual_weight must be greater than 0", "parcel.weight_required"),
    (
        422,
        "No shipping solutions available based on the information provided",
        "service.not_available",
    ),
    (404, "The Address was not found", "address.origin_invalid"),
    (
        402,
        "We were unable to generate a label as your maximum balance limit has been reached. "
        "Please contact your account manager.",
        "account.overdraft_limit",
    ),
    (
        403,
        "To resume shipping, please complete Easyship's identity verification process using this "
        "link: https://app.easyship.com.",
        "account.identity_unverified",
    ),
    (404, "The Batch was not found", "upstream.not_found"),
    (404, "The Billing Document was not found", "upstream.not_found"),
    *(
        (422, f"{side} {size} {fault}", "parcel.box_invalid")
        for side in ("Outer", "Inner")
        for size in ("length", "width", "height")
        for fault in ("can't be blank", "is not a number")
    ),
    (422, "Name can't be blank", "parcel.box_invalid"),
    (404, "The Box was not found", "parcel.box_invalid"),
    (404, "The Courier Service was not found", "service.unknown"),
    (
        400,
        "Failed to retrieve the available Pickup Slots: Handover options are not found",
        "pickup.no_slots",
    ),
    (
        404,
        "This Courier Service doesn't provide a pickup service. A list of drop-off points is "
        "available in the dropoff url: http://localhost:9000/dropoff/ninja_van",
        "pickup.not_offered",
    ),
    (
        422,
        "Nickname must be between 3 to 15 characters.",
        "account.carrier_account_invalid",
    ),
    (404, "The Country was not found", "address.country_unknown"),
    (404, "The Courier was not found", "upstream.not_found"),
    (
        422,
        "shipment_ids must be provided to generate a manifest for USPS.",
        "manifest.shipments_required",
    ),
    (404, "The Manifest was not found", "upstream.not_found"),
    (422, "This Courier doesn't provide a Pickup service", "pickup.not_offered"),
    (404, "The Pickup was not found", "upstream.not_found"),
    (422, "Identifier can't be blank", "catalog.sku_required"),
    (404, "The Product was not found", "upstream.not_found"),
    (
        402,
        "The DDP RATES feature is not available for free subscription plan, please contact "
        "Easyship",
        "account.plan_lacks_feature",
    ),
    (
        402,
        "The TAXES AND DUTIES feature is not available for free subscription plan, please contact "
        "Easyship",
        "account.plan_lacks_feature",
    ),
    (422, "Failed to update tracking", "tracking.update_refused"),
    (
        402,
        "We were unable to generate a label as you do not have enough funds on your account.",
        "account.funds_low",
    ),
    (
        402,
        "We were unable to generate a label as you reached your subscription limitation for "
        "number of created shipments.",
        "account.plan_limit",
    ),
    (422, 'Invalid date format for created_at_from filter ("invalid_date").', "request.invalid"),
    (404, "The Shipment was not found", "booking.not_found"),
    (422, "Shipments with generated labels cannot be updated", "label.locked"),
    (
        422,
        "This Shipment cannot be cancelled. Please contact our support.",
        "label.void_refused",
    ),
    (
        400,
        "The shipment has been canceled or the label hasn't been purchased.",
        "label.not_bought",
    ),
    (
        422,
        "Shipment state, label state or insurance state is invalid",
        "label.insurance_refused",
    ),
    (422, "shipment_charge is not a number", "customs.amount_invalid"),
    (422, "items[2]: hs_code is not an eight-digit number", "customs.hs_invalid"),
    (
        422,
        "No import tax record was found for the specified origin and destination",
        "customs.no_tax_record",
    ),
    (404, "The Tracking was not found", "upstream.not_found"),
    (400, "Failed to destroy webhook", "webhook.refused"),
    (400, "Failed to activate webhook. Reason: ", "webhook.refused"),
    (400, "Failed to deactivate webhook", "webhook.refused"),
    (202, "Invalid address provided for Receiver Address", "address.undeliverable"),
    (200, "This courier service does not ship to a PO box.", "address.po_box_refused"),
]
# Not recorded of any platform: how carriers are known to put it.
COMMON_WORDS = [
    ("The postal code 90210 does not match the state NV", "address.postcode_mismatch"),
    ("Invalid city, state and ZIP code combination", "address.postcode_mismatch"),
    ("Recipient postal code is invalid", "address.postcode_invalid"),
    ("Postal code not found for this country: unknown", "address.postcode_invalid"),
    ("Recipient phone number is required", "address.phone_invalid"),
    ("Package weight exceeds the maximum of 150 lbs", "parcel.over_weight"),
    ("The parcel is too heavy for this service", "parcel.over_weight"),
    ("Length plus girth exceeds 165 inches", "parcel.over_size"),
    ("Lithium batteries need a special service", "parcel.hazardous"),
    ("HS code is required for international shipments", "customs.hs_required"),
    ("Country of manufacture is missing", "customs.origin_required"),
    ("EORI number is required", "customs.tax_id_required"),
    ("The rate has expired, please request new rates", "service.quote_expired"),
    ("The requested service is not available", "service.not_available"),
]


def read(platform: str, operation: str, status: int, *texts: str) -> str:
    return match_problem(
        platform=platform,
        operation=f"{platform}.{operation}",
        http_status=status,
        texts=texts,
    )


class TestRecordedWords:
    @pytest.mark.parametrize(("operation", "status", "text", "code"), VEEQO)
    def test_veeqo(self, operation: str, status: int, text: str, code: str) -> None:
        assert read("veeqo", operation, status, text) == code

    @pytest.mark.parametrize(("operation", "status", "text", "code"), EASYSHIP_MESSAGES)
    def test_fixed_message_of_easyship(
        self, operation: str, status: int, text: str, code: str
    ) -> None:
        assert read("easyship", operation, status, text) == code

    @pytest.mark.parametrize(("text", "code"), EASYSHIP_SCHEMA)
    def test_schema_layer_of_easyship_by_its_second_detail(self, text: str, code: str) -> None:
        assert read("easyship", "create_shipment", 422, SCHEMA, text) == code

    @pytest.mark.parametrize(("text", "code"), EASYSHIP_SCHEMA)
    def test_schema_layer_of_easyship_as_one_text(self, text: str, code: str) -> None:
        assert read("easyship", "create_shipment", 422, f"{SCHEMA} {text}") == code

    @pytest.mark.parametrize(("status", "text", "code"), EASYSHIP_DETAILS)
    def test_detail_of_easyship(self, status: int, text: str, code: str) -> None:
        assert read("easyship", "create_shipment", status, text) == code

    def test_bare_error_is_read_by_its_operation(self) -> None:
        assert read("easyship", "cancel_pickup", 422, "error") == "pickup.cancel_refused"
        assert read("easyship", "create_shipment", 422, "error") == ""

    @pytest.mark.parametrize(("text", "code"), COMMON_WORDS)
    def test_common_words_of_carriers(self, text: str, code: str) -> None:
        assert read("easyship", "buy_label", 422, text) == code


class TestMatching:
    def test_telling_text_beats_a_general_one_before_it(self) -> None:
        texts = ("The request body content is not valid.", "The Box was not found")

        assert read("easyship", "create_shipment", 422, *texts) == "parcel.box_invalid"

    def test_typographic_apostrophe_and_spaces_make_no_difference(self) -> None:
        text = "destination_address.state  can’t\nbe blank"

        assert read("easyship", "create_shipment", 422, text) == "address.state_required"

    def test_words_of_one_platform_are_not_read_into_the_other(self) -> None:
        assert read("veeqo", "add_note", 422, "Name can't be blank") == ""

    @pytest.mark.parametrize("status", [400, 402, 403, 409, 422])
    def test_new_words_match_nothing(self, status: int) -> None:
        assert read("veeqo", "buy_label", status, "The moon stands in the wrong house.") == ""

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (401, "upstream.unauthorized"),
            (404, "upstream.not_found"),
            (429, "upstream.rate_limited"),
            (503, "upstream.unavailable"),
            (403, ""),
            (0, ""),
        ],
    )
    def test_status_speaks_where_there_are_no_words(self, status: int, code: str) -> None:
        assert read("easyship", "create_shipment", status) == code

    def test_very_long_text_is_read_from_its_beginning(self) -> None:
        text = "Invalid address. " + "x" * 1_000_000

        assert read("easyship", "buy_label", 422, text) == "address.undeliverable"


class TestPatterns:
    @pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.words[:30])
    def test_leads_to_a_problem_that_may_be_assigned(self, pattern: Pattern) -> None:
        problem = CATALOGUE[pattern.code]

        assert problem.is_assignable

    @pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.words[:30])
    def test_is_written_in_the_lower_case_it_is_searched_in(self, pattern: Pattern) -> None:
        words = re.sub(r"\\.", "", pattern.words)

        assert words == words.lower()
