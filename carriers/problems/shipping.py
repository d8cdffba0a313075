"""Problems of services, bookings, labels, pickups and what follows them."""

from __future__ import annotations

from carriers.problems.kinds import Problem

SHIPPING_PROBLEMS = (
    Problem(
        code="service.not_available",
        cause="No service of the carrier fits this parcel and destination.",
        fix="Correct the address, or place the order anew with another carrier.",
    ),
    Problem(
        code="service.destination_not_served",
        field="ship_to.country",
        cause="The service does not go to this destination.",
        fix="Place the order anew with another carrier.",
    ),
    Problem(
        code="service.unknown",
        cause="The platform no longer offers the service that was picked.",
        fix="Try again, so that new quotes are fetched.",
        retry_helps=True,
    ),
    Problem(
        code="service.options_mismatch",
        cause="The extras of the label (confirmation, signature) do not match the quote.",
        fix="Try again, so that new quotes are fetched.",
        retry_helps=True,
    ),
    Problem(
        code="service.quote_expired",
        cause="The quote ran out, or was made for another parcel, before the label was bought.",
        fix="Try again, so that new quotes are fetched.",
        retry_helps=True,
    ),
    Problem(
        code="label.already_bought",
        cause="The platform holds a label for this parcel already, so none is bought twice.",
        fix="Try again: the label that exists is looked up and taken over.",
        retry_helps=True,
    ),
    Problem(
        code="price.risen",
        cause="The label costs more than was agreed to, by more than the limit that is set.",
        fix="Buy anyway, try again later, or route the order to another carrier.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="price.charged_more",
        cause="The label is bought, and the platform charged more than it had quoted.",
        fix="Ship with it (try again to go on), or replace the label and ask for the refund.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="label.overdue",
        cause="The platform has been making the label for longer than the limit that is set.",
        fix="Ask the platform; trying again looks for the label and buys no second one.",
        retry_helps=True,
        is_assignable=False,
    ),
    Problem(
        code="label.must_be_replaced",
        cause="A label is bought for what stood there before, so a correction would not reach it.",
        fix="Say that the label is to be given back and another one bought.",
        is_assignable=False,
    ),
    Problem(
        code="label.outdated",
        cause="The label is being given back, because another one is to be bought for its order.",
        fix="Wait for the new label; do not ship with the old one.",
        is_assignable=False,
    ),
    Problem(
        code="label.locked",
        cause="A shipment that has its label can no longer be changed.",
        fix="Cancel the order, which cancels the label too, and place it anew.",
    ),
    Problem(
        code="label.not_bought",
        cause="There is no paper to fetch: no label was bought, or it was cancelled.",
        fix="Look at the shipment at the platform before buying anew.",
    ),
    Problem(
        code="label.void_refused",
        cause="The label can no longer be cancelled: it is used, cancelled already, or too old.",
        fix="Ask the platform's support for the refund.",
    ),
    Problem(
        code="label.insurance_refused",
        cause="The shipment cannot be insured in the state it is in.",
        fix="Insure it at the platform before the label is bought.",
    ),
    Problem(
        code="booking.not_found",
        cause="The platform does not know the shipment by the number that it gave us.",
        fix="Look for it there; if it was deleted, cancel the order here and place it anew.",
    ),
    Problem(
        code="booking.shipped",
        cause="The order is shipped at the platform and cannot be cancelled there.",
        fix="Cancel the shipment there first, or arrange a return with the customer.",
    ),
    Problem(
        code="pickup.not_offered",
        cause="The carrier does not pick up with this service.",
        fix="Hand the parcels in at a drop-off point of the carrier.",
    ),
    Problem(
        code="pickup.no_slots",
        cause="The carrier told no times for a pickup.",
        fix="Try again later, or arrange the pickup with the carrier.",
        retry_helps=True,
    ),
    Problem(
        code="pickup.cancel_refused",
        cause="The pickup could not be cancelled.",
        fix="Call the carrier.",
    ),
    Problem(
        code="manifest.shipments_required",
        cause="USPS wants to be told which shipments a manifest is for.",
        fix="Name the shipments of the manifest.",
    ),
    Problem(
        code="tracking.update_refused",
        cause="The platform did not take the tracking step.",
        fix="Look at the parcel at the platform; its state may not allow the step.",
    ),
    Problem(
        code="webhook.refused",
        cause="The platform did not take the change of a webhook.",
        fix="Check the webhook's address and events at the platform, then try again.",
        retry_helps=True,
    ),
)
