"""What services cost for an order: as platforms told lately, else by our own tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from carriers.contracts import Parcel, RateQuote
from carriers.lanes import price_lane
from inventory.models import Warehouse
from orders.models import LaneRate, Order
from orders.rules.offers import BillableWeight, Offer, PriceSource, billed_together
from orders.rules.parcels import volume_cm3
from orders.rules.picked import PickedWay, picked_route
from orders.rules.rate_table import Carriage
from orders.rules.routing import RouteDecision, RouteSnapshot, choose_route
from orders.services.contents import packing_of
from orders.services.rates import carrier_divisors, exchange_for, rate_table

# A price that came in so lately was asked for this order.
LIVE_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedParcels:
    """The parcels of an order from a warehouse, and the lane that their prices are kept under."""

    order: Order
    warehouse: Warehouse
    parcels: tuple[Parcel, ...]

    @property
    def lane(self) -> str:
        billed = billed_together(self.parcels)
        count = len(self.parcels)
        return price_lane(self.warehouse.address, self.order.address, billed.grams, parcels=count)

    def billed_by(self, carrier: str, divisors: Mapping[str, int]) -> BillableWeight:
        return billed_together(self.parcels, carrier=carrier, divisors=divisors)

    def carriages(self, day: date) -> list[Carriage]:
        """As our own tables are asked for them."""
        return [
            Carriage(
                organization=self.order.organization.slug,
                warehouse=self.warehouse.code,
                origin=self.warehouse.country,
                destination=self.order.country,
                weight_g=parcel.weight_g,
                volume_cm3=volume_cm3(parcel),
                day=day.isoformat(),
            )
            for parcel in self.parcels
        ]


def parcels_from(order: Order, warehouse_code: str, package: str = "") -> PricedParcels:
    warehouse = Warehouse.objects.get(code=warehouse_code)
    parcels = packing_of(order, warehouse.pk, package=package).parcels
    return PricedParcels(order=order, warehouse=warehouse, parcels=parcels)


def with_prices(
    snapshot: RouteSnapshot, order: Order, picked: PickedWay | None = None
) -> RouteSnapshot:
    """With what services cost, where a rule goes by that: for the rules' own way and, where a
    person picked another, for that one. Asks no platform."""
    snapshot = _with_wanted(snapshot, order, choose_route(snapshot))
    if picked:
        snapshot = _with_wanted(snapshot, order, picked_route(snapshot, picked))
    return snapshot


def _with_wanted(snapshot: RouteSnapshot, order: Order, route: RouteDecision) -> RouteSnapshot:
    if route.wants is None:
        return snapshot
    now = datetime.fromisoformat(snapshot.at)
    priced = parcels_from(order, route.wants.warehouse, route.wants.package)
    offers = (*snapshot.offers, *offers_for(priced, route.wants.platforms, now=now))
    exchange = exchange_for({offer.currency for offer in offers}, day=now.astimezone(UTC).date())
    return replace(
        snapshot,
        offers_from=(*snapshot.offers_from, route.wants.warehouse),
        offers=offers,
        exchange=exchange.rates,
    )


def offers_for(
    priced: PricedParcels, platforms: Collection[str], *, now: datetime
) -> tuple[Offer, ...]:
    """Of each platform what it told and still counts; where it told nothing, the table's."""
    told = _told(priced, platforms, now=now)
    silent = sorted(set(platforms) - {offer.platform for offer in told})
    if not silent:
        return told
    table = rate_table(organization_id=priced.order.organization_id)
    carriages = priced.carriages(now.date())
    return told + tuple(
        offer
        for platform in silent
        for offer in table.offers_together(carriages, platform=platform)
    )


def _told(priced: PricedParcels, platforms: Collection[str], *, now: datetime) -> tuple[Offer, ...]:
    rows = LaneRate.objects.filter(lane=priced.lane, platform__in=platforms, expires_at__gt=now)
    found = list(rows.order_by("platform", "carrier", "service_name"))
    divisors = carrier_divisors() if found else {}
    return tuple(_offer(priced, row, divisors, now) for row in found)


def _offer(
    priced: PricedParcels, row: LaneRate, divisors: Mapping[str, int], now: datetime
) -> Offer:
    is_live = now - row.fetched_at <= LIVE_WITHIN
    billed = priced.billed_by(row.carrier, divisors)
    return Offer(
        warehouse=priced.warehouse.code,
        platform=row.platform,
        carrier=row.carrier,
        service=row.service_name,
        price=str(row.price),
        currency=row.currency,
        source=(PriceSource.LIVE if is_live else PriceSource.CACHED).value,
        days=row.delivery_days,
        expires_at=row.expires_at.isoformat(timespec="seconds"),
        billable_g=billed.grams,
        divisor=billed.divisor,
    )


def has_told(priced: PricedParcels, platform: str) -> bool:
    """Whether prices of this platform are at hand that still count."""
    rows = LaneRate.objects.filter(lane=priced.lane, platform=platform)
    return bool(rows.filter(expires_at__gt=timezone.now()).exists())


def keep_told(priced: PricedParcels, platform: str, quotes: Iterable[RateQuote]) -> None:
    """What a platform asked, for the next parcel on this lane; a newer price takes its place."""
    now = timezone.now()
    expires_at = now + timedelta(minutes=settings.RATE_MINUTES)
    cheapest: dict[tuple[str, str], RateQuote] = {}
    for quote in quotes:
        key = (quote.carrier[:20], quote.service_name[:120])
        known = cheapest.get(key)
        if known is None or quote.price.amount < known.price.amount:
            cheapest[key] = quote
    LaneRate.objects.bulk_create(
        # In one order everywhere, so that two workers cannot lock each other out.
        [
            LaneRate(
                platform=platform,
                lane=priced.lane,
                carrier=carrier,
                service_name=service,
                price=quote.price.amount,
                currency=quote.price.currency,
                delivery_days=quote.delivery_days,
                fetched_at=now,
                expires_at=expires_at,
            )
            for (carrier, service), quote in sorted(cheapest.items())
        ],
        update_conflicts=True,
        unique_fields=["lane", "platform", "carrier", "service_name"],
        update_fields=["price", "currency", "delivery_days", "fetched_at", "expires_at"],
    )


def prune_told() -> int:
    """Drop prices that count no more; they serve nobody."""
    dropped, _ = LaneRate.objects.filter(expires_at__lt=timezone.now()).delete()
    return int(dropped)
