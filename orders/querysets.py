"""Questions asked of orders and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Generic, Self

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from accounts.querysets import OwnedQuerySet, Row
from orders.rules.states import DISPATCHABLE, FINAL_ORDER_STATES, OrderState, ShipmentState
from orders.rules.voids import OPEN_VOIDS, REFUNDABLE, VoidState

if TYPE_CHECKING:
    from orders.models import (  # noqa: F401 # in base classes, as text
        Box,
        LabelAudit,
        LedgerLine,
        Order,
        OrderEvent,
        OrderLine,
        Package,
        PlatformDiscrepancy,
        RoutingDecision,
        Shipment,
        Simulation,
        TableRate,
        TrackingEvent,
        VoidRequest,
    )

FINAL_VALUES = [state.value for state in FINAL_ORDER_STATES]
LIVE_SHIPMENT_VALUES = [
    state.value for state in ShipmentState if state is not ShipmentState.CANCELLED
]
Span = tuple[datetime, datetime]
# How commands and calls name the order that they belong to.
LANE = re.compile(r"order:(?P<id>[0-9]{1,18})", re.IGNORECASE)


class OrderPartQuerySet(OwnedQuerySet[Row], Generic[Row]):
    """Rows that belong to an order and are seen with it."""

    def in_warehouses(self, codes: Sequence[str]) -> Self:
        if not codes:
            return self
        orders: Any = self.model._meta.get_field("order").related_model
        mine = orders._default_manager.in_warehouses(codes)
        return self.filter(order__in=mine.order_by().values("pk"))


class OrderQuerySet(OwnedQuerySet["Order"]):
    def locked(self) -> Self:
        return self.select_for_update().order_by("pk")

    def in_warehouses(self, codes: Sequence[str]) -> Self:
        """Those that leave from one of them, or from nowhere yet."""
        if not codes:
            return self
        shipments: Any = self.model._meta.get_field("shipments").related_model
        alive = shipments._default_manager.filter(
            order=OuterRef("pk"), state__in=LIVE_SHIPMENT_VALUES
        )
        return self.filter(Exists(alive.filter(warehouse__code__in=codes)) | ~Exists(alive))

    def still_open(self) -> Self:
        return self.exclude(state__in=FINAL_VALUES)

    def dispatchable(self) -> Self:
        """By itself: those of an organization that is switched off wait until it is on again."""
        return self.filter(
            state__in=[state.value for state in DISPATCHABLE],
            cancel_requested_at__isnull=True,
            organization__is_active=True,
        )

    def needing_attention(self) -> Self:
        return self.filter(state=OrderState.NEEDS_ATTENTION.value)

    def not_yet_shipped(self) -> Self:
        """Of an order in parts the parts, since they are what is shipped."""
        gone = [OrderState.IN_TRANSIT.value, *FINAL_VALUES]
        return self.exclude(state__in=gone).filter(part_count=0)

    def due_by(self, moment: datetime) -> Self:
        return self.not_yet_shipped().filter(ship_by__lte=moment)

    def late(self, now: datetime) -> Self:
        """Not handed over though the latest moment for it has passed."""
        return self.not_yet_shipped().filter(ship_by__lt=now)

    def due_within(self, spans: Mapping[str, Span]) -> Self:
        """Not handed over and to be so within the span of its warehouse's time zone.

        An order without a shipment counts by the span of "UTC", which must be there.
        """
        due = Q(live__isnull=True) & _within("ship_by", spans["UTC"])
        for zone, span in spans.items():
            due |= Q(live__warehouse__time_zone=zone) & _within("ship_by", span)
        return self.with_live_shipment().not_yet_shipped().filter(due)

    def placed_within(self, span: Span) -> Self:
        """As they were placed, so what was split counts once."""
        return self.filter(_within("placed_at", span), parent=None)

    def in_states(self, states: Collection[str]) -> Self:
        return self.filter(state__in=[str(state) for state in states])

    def with_live_shipment(self) -> Self:
        """Joins the one shipment that is not cancelled as `live`; NULL where there is none."""
        alive = Q(shipments__state__in=LIVE_SHIPMENT_VALUES)
        return self.alias(live=FilteredRelation("shipments", condition=alive))

    def shipping_with(self, *, carrier: str = "", platform: str = "", warehouse: str = "") -> Self:
        """By the live shipment; without one, an order goes under the carrier that was picked."""
        wanted = Q()
        if carrier:
            picked = Q(live__isnull=True, requested_carrier=carrier)
            wanted &= Q(live__carrier=carrier) | picked
        if platform:
            wanted &= Q(live__platform=platform)
        if warehouse:
            wanted &= Q(live__warehouse__code=warehouse)
        return self.with_live_shipment().filter(wanted) if wanted else self

    def labelled_within(
        self,
        start: datetime,
        end: datetime | None = None,
        *,
        carrier: str = "",
        platform: str = "",
        warehouse: str = "",
    ) -> Self:
        """With a label bought from `start` to before `end` and not voided, of such a shipment."""
        named = {"carrier": carrier, "platform": platform, "warehouse__code": warehouse}
        wanted = {f"shipments__{name}": value for name, value in named.items() if value}
        bought = Q(shipments__packages__bought_at__gte=start)
        if end is not None:
            bought &= Q(shipments__packages__bought_at__lt=end)
        labelled = self.model._default_manager.filter(
            bought, shipments__packages__label_state="bought", **wanted
        )
        return self.filter(pk__in=labelled.order_by().values("pk"))

    def for_list(self) -> Self:
        """With all that one row of a list shows, in a constant number of queries."""
        return self.select_related("organization").prefetch_related(
            "lines", "shipments__packages", "shipments__warehouse"
        )

    def search(self, text: str) -> Self:
        """By any number or word a person may hold in hand."""
        text = text.strip()
        if not text:
            return self
        lane = LANE.fullmatch(text)
        if lane:
            return self.filter(pk=int(lane["id"]))
        ways = [self.model._default_manager.filter(way).order_by() for way in _ways(text)]
        first, *others = (way.values("pk") for way in ways)
        return self.filter(pk__in=first.union(*others))


def _ways(text: str) -> tuple[Q | Exact, ...]:
    """Each can use an index of its own; as one condition with OR over joins none of them could."""
    return (
        Q(number=text.upper()),
        Q(name__icontains=text),
        Q(phone__endswith=text),
        Q(shipments__reference=text.upper()),
        Q(shipments__platform_ref=text),
        _same("external_ref", text),
        _same("email", text),
        _same("postal_code", text),
        _same("lines__sku", text),
        _same("shipments__packages__tracking_number", text),
    )


def _same(field: str, text: str) -> Exact:
    """Equal but for capitals, in the words of the index on `Upper(field)`."""
    return Exact(Upper(field), Upper(Value(text)))


def _within(field: str, span: Span) -> Q:
    start, end = span
    return Q(**{f"{field}__gte": start, f"{field}__lt": end})


class OrderLineQuerySet(OrderPartQuerySet["OrderLine"]):
    def short(self) -> Self:
        return self.filter(short_quantity__gt=0)


class OrderEventQuerySet(OrderPartQuerySet["OrderEvent"]):
    def story(self) -> Self:
        return self.order_by("id")


class RoutingDecisionQuerySet(OrderPartQuerySet["RoutingDecision"]):
    def update(self, **values: object) -> int:
        raise TypeError("decisions cannot be changed")

    def newest_first(self) -> Self:
        return self.order_by("-id")


class ShipmentQuerySet(OwnedQuerySet["Shipment"]):
    def live(self) -> Self:
        return self.exclude(state=ShipmentState.CANCELLED.value)


class PackageQuerySet(OwnedQuerySet["Package"]):
    def leading(self) -> Self:
        """The box of each shipment that its label and its money stand with."""
        return self.filter(position=1)

    def labelled(self) -> Self:
        return self.filter(label_state="bought")

    def tracked_as(self, number: str) -> Self:
        """By a tracking number, capitals or not."""
        return self.filter(_same("tracking_number", number), ~Q(tracking_number=""))

    def to_track(self, now: datetime) -> Self:
        return self.labelled().filter(next_track_at__lte=now).order_by("next_track_at")


class TrackingEventQuerySet(OwnedQuerySet["TrackingEvent"]):
    def newest_first(self) -> Self:
        return self.order_by("-happened_at", "-id")


class LedgerLineQuerySet(OwnedQuerySet["LedgerLine"]):
    def of_order(self, order: Order) -> Self:
        return self.filter(package__shipment__order=order)

    def between(self, first: date, last: date) -> Self:
        """Written on these days or between them, in UTC."""
        start = datetime.combine(first, time.min, UTC)
        end = datetime.combine(last, time.min, UTC) + timedelta(days=1)
        return self.filter(at__gte=start, at__lt=end)

    def moved(self) -> Self:
        """Every movement of money; a quote moves none."""
        return self.exclude(kind="quoted")

    def costs(self) -> Self:
        """What labels cost with later charges, before anything came back."""
        return self.filter(kind__in=["bought", "adjusted"])

    def unmatched(self) -> Self:
        """Movements that no record of the platform was found for yet."""
        return self.moved().filter(matched_at__isnull=True)


class VoidRequestQuerySet(OwnedQuerySet["VoidRequest"]):
    def of_order(self, order: Order) -> Self:
        return self.filter(package__shipment__order=order).order_by("id")

    def still_open(self) -> Self:
        return self.filter(state__in=[state.value for state in OPEN_VOIDS])

    def unpaid(self) -> Self:
        """Money may still come back, or did not come in time."""
        return self.filter(state__in=[state.value for state in REFUNDABLE])

    def to_look_after(self, now: datetime) -> Self:
        """Taken, and due to be asked for the refund."""
        return self.filter(state=VoidState.ACCEPTED.value, next_look_at__lte=now)

    def overdue(self, now: datetime) -> Self:
        """Not taken within the window, or taken and not paid back in time."""
        return self.filter(
            Q(state=VoidState.REQUESTED.value, window_ends_at__lt=now)
            | Q(state=VoidState.ACCEPTED.value, refund_due_at__lt=now)
        )


class LabelAuditQuerySet(QuerySet["LabelAudit"]):
    def finished(self) -> Self:
        return self.filter(finished_at__isnull=False)

    def free(self, now: datetime) -> Self:
        """Not being carried out by anybody."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))


class DiscrepancyQuerySet(OwnedQuerySet["PlatformDiscrepancy"]):
    def still_open(self) -> Self:
        return self.filter(state__in=["open", "asked", "proposed"])

    def standing(self) -> Self:
        """Open, or explained and so not to be told again."""
        return self.filter(state__in=["open", "asked", "proposed", "explained"])


class SimulationQuerySet(QuerySet["Simulation"]):
    def unattended(self, now: datetime) -> QuerySet[Simulation, int]:
        """Ids of those that go on and that nobody has worked at for a minute."""
        idle = self.filter(
            state__in=["waiting", "running"], updated_at__lt=now - timedelta(minutes=1)
        )
        return idle.values_list("pk", flat=True)


class TableRateQuerySet(OwnedQuerySet["TableRate"]):
    def for_everybody_and(self, organization_id: int | None) -> Self:
        """Rows of all organizations, and of this one where it is given."""
        return self.filter(Q(organization=None) | Q(organization=organization_id))

    def ready(self) -> Self:
        return self.select_related("organization", "warehouse")


class BoxQuerySet(OwnedQuerySet["Box"]):
    def usable(self, *, organization_id: int, warehouse_id: int | None) -> Self:
        """Those at hand for an organization, in a warehouse or, without one, wherever it is."""
        places = Q(warehouse=None)
        if warehouse_id is not None:
            places |= Q(warehouse=warehouse_id)
        return self.usable_anywhere(organization_id=organization_id).filter(places)

    def usable_anywhere(self, *, organization_id: int) -> Self:
        """Those at hand for an organization, in whatever warehouses."""
        owners = Q(organization=None) | Q(organization=organization_id)
        return self.filter(owners, is_active=True).order_by("id")
