"""Words of the platforms and the problems that they mean, in the order they are tried.

`RECORDED` words stand in the platforms' documents or were seen on the wire. `WORDINGS` are how
carriers commonly put what no document shows. `GENERAL` words, recorded too, tell the least and
often come beside better ones, so they are last.
"""

from __future__ import annotations

from dataclasses import dataclass

VEEQO = "veeqo"
EASYSHIP = "easyship"
ZIP = r"(?:post(?:al)?|zip)[ _-]?code"
ABSENT = r"(?:can't be blank|does not allow null values|is (?:missing|required|empty))"
# What one faulty part of an address is called, and how a lone missing parameter is told.
LONE = r"missing required parameters: {}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regular expression searched in lower case; `operation` is one as well.

    An empty platform or operation and a status of 0 stand for any.
    """

    code: str
    words: str
    platform: str = ""
    operation: str = ""
    status: int = 0


def _faulty(part: str) -> str:
    """A part of the address left out, null or blank, by any of Easyship's two layers."""
    return rf"\b{part}\b[^;]{{0,20}}{ABSENT}|{LONE.format(part)}"


_ACCOUNT = (
    Pattern(code="account.identity_unverified", words="identity verification"),
    Pattern(code="account.quota_used", words="usage limit"),
    Pattern(
        code="account.plan_lacks_feature",
        words="feature (?:is )?not available (?:on|for)|don't have access to this feature",
    ),
    Pattern(code="account.plan_limit", words="plan limit|subscription limitation"),
    Pattern(code="account.overdraft_limit", words="maximum balance limit"),
    Pattern(
        code="account.funds_low",
        words="insufficient (?:balance|funds)|do(?:es)? not have enough funds",
    ),
    Pattern(code="account.permission_missing", words="do not have permission"),
    Pattern(code="upstream.unauthorized", words="not authorized|invalid (?:api )?token"),
    Pattern(code="account.store_missing", words="no active direct store"),
    Pattern(
        code="account.carrier_account_invalid",
        words="nickname must be between|schemas/courierbase",
        platform=EASYSHIP,
    ),
    Pattern(code="upstream.rate_limited", words="rate limit exceeded|maximum number of requests"),
)
_ADDRESS = (
    Pattern(code="address.origin_invalid", words=r"\b(?:origin|sender|return)_address"),
    Pattern(
        code="address.missing",
        words="must have a destination address|missing required parameters: destination_address",
    ),
    Pattern(
        code="address.incomplete",
        words=r"schemas/address\w* missing required parameters: [^,]+,",
        platform=EASYSHIP,
    ),
    Pattern(
        code="address.line_too_long", words=r"line_[12] is too long|line_[12].{0,80}max length"
    ),
    Pattern(code="address.name_required", words=r"(?:contact|company)_name is too long"),
    Pattern(code="address.street_required", words=_faulty("line_1")),
    Pattern(code="address.city_required", words=_faulty("city")),
    Pattern(code="address.state_required", words=_faulty("state")),
    Pattern(code="address.postcode_invalid", words=_faulty("postal_code")),
    Pattern(code="address.country_unknown", words=_faulty("country_alpha2")),
    Pattern(code="address.name_required", words=_faulty("(?:contact|company)_name")),
    Pattern(code="address.phone_invalid", words=_faulty("contact_phone")),
    Pattern(code="address.email_invalid", words=_faulty("contact_email")),
    Pattern(code="address.country_unknown", words="the country was not found"),
    Pattern(code="address.origin_invalid", words="the address was not found", platform=EASYSHIP),
    Pattern(code="address.po_box_refused", words=r"not (?:ship|deliver) to (?:a )?p\.?o\.? box"),
    Pattern(code="address.undeliverable", words="invalid address"),
)
_GOODS = (
    Pattern(code="customs.hs_required", words="category can't be blank if hs_code is blank"),
    Pattern(code="customs.hs_invalid", words=r"hs_code is not an? [\w-]+ number"),
    Pattern(code="customs.no_tax_record", words="no import tax record was found"),
    Pattern(code="customs.amount_invalid", words=r"(?:charge|value) is not a number"),
    Pattern(
        code="parcel.weight_required",
        words=r"weight(?: attribute)? (?:should|must) be greater than (?:zero|0)|"
        rf"weight {ABSENT}|parcel\.weight_invalid",
    ),
    Pattern(
        code="parcel.box_invalid",
        words=r"the box was not found|(?:outer|inner) (?:length|width|height) (?:can't|is not)|"
        "^name can't be blank",
        platform=EASYSHIP,
    ),
    Pattern(
        code="parcel.size_required",
        words=rf"dimensions(?:\.\w+)? (?:{ABSENT}|must be greater)|"
        rf"(?:length|width|height) {ABSENT}",
    ),
    Pattern(code="parcel.value_required", words=r"customs_value.{0,40}(?:greater than|blank|null)"),
    Pattern(code="catalog.sku_required", words="identifier can't be blank"),
    Pattern(
        code="parcel.contents_incomplete",
        words=r"isn't any of in #/components/schemas/parcelcreate|line items can't be blank|"
        rf"items\[\d+\]\.(?:description|currency|quantity) {ABSENT}",
    ),
    Pattern(code="warehouse.short_at_platform", words="did not allocate the order"),
)
_SHIPPING = (
    Pattern(code="service.not_available", words="no shipping solutions"),
    Pattern(code="service.destination_not_served", words="not offered for this destination"),
    Pattern(code="service.options_mismatch", words="invalid_value_added_services"),
    Pattern(
        code="service.quote_expired", words=r"quote does not belong|(?:rate|quote).{0,40}expire"
    ),
    Pattern(code="service.unknown", words="the courier service was not found"),
    Pattern(
        code="label.already_bought", words="already shipped|label of this shipment was already"
    ),
    Pattern(code="label.locked", words="shipments with generated labels cannot be updated"),
    Pattern(code="label.not_bought", words="label hasn't been purchased"),
    Pattern(code="label.not_bought", words="", platform=VEEQO, operation="get_label", status=404),
    Pattern(code="label.void_refused", words="shipment cannot be cancelled|did not void the label"),
    Pattern(code="label.insurance_refused", words="insurance state is invalid"),
    Pattern(code="booking.shipped", words="has been shipped and cannot be cancelled"),
    Pattern(code="pickup.not_offered", words="doesn't provide a pickup service"),
    Pattern(code="pickup.no_slots", words="failed to retrieve the available pickup slots"),
    Pattern(code="pickup.cancel_refused", words="", operation="cancel_pickup", status=422),
    Pattern(code="manifest.shipments_required", words="must be provided to generate a manifest"),
    Pattern(code="tracking.update_refused", words="failed to update tracking"),
    Pattern(
        code="webhook.refused",
        words=r"failed to (?:destroy|activate|deactivate) webhook|schemas/webhook|"
        "webhook test failed|endpoint is not a valid url|does not exist in value",
        platform=EASYSHIP,
    ),
    Pattern(code="booking.not_found", words="the shipment was not found"),
    Pattern(
        code="booking.not_found",
        words="not found",
        platform=VEEQO,
        operation="get_order|update_order|cancel_order|create_allocation|delete_allocations",
        status=404,
    ),
)
RECORDED = (*_ACCOUNT, *_ADDRESS, *_GOODS, *_SHIPPING)

_OVER = r"(?:exceed|over the|too {}|more than the|above the|greater than the|larger than the)"
WORDINGS = (
    Pattern(
        code="address.postcode_mismatch",
        words=rf"{ZIP}.{{0,60}}(?:not match|mismatch|not belong|not correspond|not valid for|"
        r"combination)|"
        rf"(?:mismatch|not match|combination).{{0,60}}{ZIP}",
    ),
    Pattern(
        code="address.postcode_invalid",
        words=rf"{ZIP}.{{0,40}}(?:invalid|not valid|required|blank|unknown|wrong)|"
        rf"(?:invalid|unknown|missing|wrong) .{{0,40}}{ZIP}",
    ),
    Pattern(code="address.po_box_refused", words=r"\bp\.? ?o\.? box"),
    Pattern(
        code="address.phone_invalid",
        words=r"(?:invalid|missing).{0,30}(?:phone|telephone)|"
        r"(?:phone|telephone).{0,40}(?:invalid|not valid|required|blank|too (?:long|short))",
    ),
    Pattern(
        code="address.email_invalid",
        words=r"(?:invalid|missing).{0,30}e-?mail|"
        r"e-?mail.{0,40}(?:invalid|not valid|required|blank)",
    ),
    Pattern(
        code="parcel.over_weight",
        words=rf"too heavy|over ?weight|weight.{{0,40}}{_OVER.format('high')}|"
        rf"{_OVER.format('high')}.{{0,40}}weight|maximum weight",
    ),
    Pattern(
        code="parcel.over_size",
        words=r"over ?sized?|too (?:large|big)|girth|"
        rf"(?:dimension|length|size).{{0,40}}{_OVER.format('large')}|"
        rf"{_OVER.format('large')}.{{0,40}}(?:dimension|length|size)",
    ),
    Pattern(code="parcel.hazardous", words=r"hazardous|dangerous goods|hazmat|lithium"),
    Pattern(
        code="customs.hs_required",
        words=r"(?:hs|harmoni[sz]ed|tariff)[ _]?(?:system )?(?:code|number).{0,40}"
        r"(?:required|missing|blank)|(?:missing|no) (?:hs|tariff)[ _]?code",
    ),
    Pattern(
        code="customs.hs_invalid",
        words=r"(?:invalid|unknown).{0,20}(?:hs|tariff)[ _]?code|"
        r"(?:hs|tariff)[ _]?code.{0,30}(?:invalid|not valid)",
    ),
    Pattern(
        code="customs.description_required",
        words=r"customs description.{0,40}(?:required|missing|blank)|description.{0,30}for customs",
    ),
    Pattern(
        code="customs.origin_required",
        words=r"country of (?:origin|manufacture).{0,40}(?:required|missing|blank|invalid)|"
        r"missing country of (?:origin|manufacture)",
    ),
    Pattern(
        code="customs.tax_id_required",
        words=r"\b(?:eori|ioss|vat|tax[ _]id|cpf|importer).{0,40}"
        r"(?:required|missing|blank|invalid)",
    ),
    Pattern(
        code="service.not_available",
        words=r"no (?:rates?|services?|couriers?).{0,20}(?:available|found|returned)|"
        r"service.{0,30}(?:not available|unavailable)",
    ),
    Pattern(
        code="service.destination_not_served",
        words=r"(?:not|doesn't|does not) (?:serve|ship to|deliver to|service)\b",
    ),
)
GENERAL = (
    Pattern(code="request.endpoint_unknown", words="endpoint does not exist"),
    Pattern(code="upstream.not_found", words=r"the [\w ]+ was not found|not found"),
    Pattern(
        code="upstream.unavailable",
        words="internal or 3rd party api error|unexpected internal error",
    ),
    Pattern(
        code="request.invalid",
        words="does not comply with the openapi|malformed or not valid|content is not valid|"
        r"url param is invalid|invalid date format|isn't part of the enum|is not conformant with|"
        r"does not allow null values|missing required parameters|does not define properties|"
        r"but received|longer than max length|fewer than min items|^infinity$",
    ),
)
PATTERNS = (*RECORDED, *WORDINGS, *GENERAL)
