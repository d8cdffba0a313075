"""The price that a shipment's label may cost."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings

from orders.models import Shipment
from orders.rules.offers import PriceSource
from orders.rules.prices import RiseLimit, has_risen
from shipping_project.kernel.money import Money


def agreed_price(*, shipment: Shipment, price: Money) -> Money:
    """What was agreed to; the first price that is seen for a shipment is.

    Whoever calls compares it with what the platform asks for now.
    """
    Shipment.objects.filter(pk=shipment.pk, agreed_price=None).update(
        agreed_price=price.amount, agreed_currency=price.currency
    )
    shipment.refresh_from_db(fields=["agreed_price", "agreed_currency"])
    return shipment.agreed or price


def is_beyond_estimate(shipment: Shipment, now: Money) -> Money | None:
    """The estimate that carrier and platform were chosen by, where the label costs far more.

    Whoever agreed to a price since has seen it.
    """
    offer = shipment.decision.offer
    if shipment.agreed is not None or not offer or offer["source"] != PriceSource.TABLE.value:
        return None
    estimate = Money(Decimal(offer["price"]), offer["currency"])
    limit = RiseLimit(percent=settings.ESTIMATE_RISE_PERCENT, amount=Decimal("Infinity"))
    return estimate if has_risen(estimate, now, limit) else None


def is_too_much(agreed: Money, now: Money) -> bool:
    limit = RiseLimit(
        percent=settings.PRICE_RISE_PERCENT, amount=Decimal(settings.PRICE_RISE_AMOUNT)
    )
    return has_risen(agreed, now, limit)
