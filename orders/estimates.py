"""What a parcel would cost, without an order: asked of the platform, or remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils import timezone

from carriers.contracts import (
    Consignment,
    ConsignmentItem,
    PackedParcel,
    Parcel,
    Platform,
    RateQuote,
)
from carriers.errors import UpstreamError
from carriers.lanes import band_of
from carriers.limits import Priority
from carriers.platforms import easyship_port
from carriers.services.calls import calls_for
from inventory.models import Warehouse
from orders.rules.parcels import volume_cm3
from orders.rules.rate_table import Carriage
from orders.services.rates import rate_table
from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """What is inside, for customs: `value` is that of all of it."""

    value: Money
    description: str = "Goods"
    category: str = ""
    hs_code: str = ""
    origin_country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Cheapest first. `weight_g` is the weight that was asked for: the top of its band.

    `is_from_table`: the platform did not answer, and these are our own tables' prices.
    """

    weight_g: int
    quotes: tuple[RateQuote, ...]
    is_from_table: bool = False


def estimate_rates(
    *, warehouse: Warehouse, ship_to: PostalAddress, parcel: Parcel, goods: Goods
) -> Estimate:
    """Prices of every service at Easyship, which alone rates without an order.

    Raises an UpstreamError when nothing is remembered, the platform does not answer and our own
    tables of prices know no service for it either.
    """
    weight_g = band_of(parcel.weight_g)
    try:
        quotes = ask_rates(warehouse=warehouse, ship_to=ship_to, parcels=(parcel,), goods=goods)
    except UpstreamError:
        found = _of_table(warehouse, ship_to, replace(parcel, weight_g=weight_g))
        if not found:
            raise
        return Estimate(
            weight_g=weight_g, quotes=tuple(sorted(found, key=_price)), is_from_table=True
        )
    return Estimate(weight_g=weight_g, quotes=tuple(sorted(quotes, key=_price)))


def ask_rates(
    *, warehouse: Warehouse, ship_to: PostalAddress, parcels: Sequence[Parcel], goods: Goods
) -> tuple[RateQuote, ...]:
    """Parcels in one shipment, as Easyship tells or told within the day. Raises an UpstreamError.

    Each counts as holding its share of the goods.
    """
    share = replace(goods, value=Money(goods.value.amount / len(parcels), goods.value.currency))
    packed = tuple(PackedParcel(parcel=one, items=(_item(one, share),)) for one in parcels)
    consignment = Consignment(
        reference="",
        ship_from=warehouse.address,
        ship_to=ship_to,
        parcel=packed[0].parcel,
        items=tuple(item for one in packed for item in one.items),
        currency=goods.value.currency,
        parcels=packed if len(packed) > 1 else (),
    )
    with calls_for(Priority.RATE):
        return easyship_port().estimate(consignment)


def _of_table(warehouse: Warehouse, ship_to: PostalAddress, parcel: Parcel) -> list[RateQuote]:
    carriage = Carriage(
        organization="",
        warehouse=warehouse.code,
        origin=warehouse.country,
        destination=ship_to.country,
        weight_g=parcel.weight_g,
        volume_cm3=volume_cm3(parcel),
        day=timezone.now().date().isoformat(),
    )
    return [
        RateQuote(
            carrier=one.carrier,
            service_ref="",
            service_name=one.service,
            price=one.money,
            delivery_days=one.days,
        )
        for one in rate_table().offers(carriage, platform=Platform.EASYSHIP.value)
    ]


def _item(parcel: Parcel, goods: Goods) -> ConsignmentItem:
    return ConsignmentItem(
        line_ref="",
        sku="",
        description=goods.description,
        quantity=1,
        unit_value=goods.value,
        unit_weight_g=parcel.weight_g,
        length_mm=parcel.length_mm,
        width_mm=parcel.width_mm,
        height_mm=parcel.height_mm,
        hs_code=goods.hs_code,
        origin_country=goods.origin_country,
        category=goods.category,
    )


def _price(quote: RateQuote) -> tuple[str, Decimal]:
    return quote.price.currency, quote.price.amount
