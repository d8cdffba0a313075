"""Holds that end by themselves: for a basket, or for an order that nobody goes on with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from inventory.models import Reservation, Warehouse
from inventory.services.arrivals import tell_of_arrival
from inventory.services.stock import StockDemand, release_reservations, reserve_stock
from shipping_project.hooks.rules.events import add_events
from shipping_project.hooks.services import announce
from shipping_project.kernel.errors import FieldError, InvalidInput, StateChanged

logger = logging.getLogger(__name__)
EXPIRED = "stock.hold_expired"
LONGEST = timedelta(days=30)
BATCH = 200
Keeper = Callable[[str], Callable[[], object] | None]
_keepers: list[Keeper] = []

add_events({EXPIRED: "Units that were held for a while are free again."})


def on_expiry(keeper: Keeper) -> None:
    """`keeper` is asked, before anything is locked, whether the hold of a reference may end.

    It locks what it answers for, and gives back whom to tell once it has ended; None keeps the
    hold for good.
    """
    _keepers.append(keeper)


@transaction.atomic
def hold_units(
    *,
    organization_id: int,
    reference: str,
    warehouse: Warehouse,
    units: Mapping[int, int],
    expires_at: datetime,
) -> tuple[list[Reservation], bool]:
    """Hold units of sellables until then; a repeat returns the first hold and False.

    Raises InsufficientStock naming each short line, and InvalidInput for a time out of range.
    """
    _check_time(expires_at)
    own = own_reference(organization_id, reference)
    known = Reservation.objects.held_for(own).exists()
    holds = reserve_stock(
        reference=own,
        demands=[StockDemand(sellable_id=pk, quantity=count) for pk, count in units.items()],
        warehouse_code=warehouse.code,
        expires_at=expires_at,
    )
    return holds, not known


def release_hold(*, organization_id: int, reference: str) -> int:
    """Give units back before their time; a repeat gives nothing. Returns how many holds."""
    own = own_reference(organization_id, reference)
    freed = Reservation.objects.held_for(own).still_open().values_list("sellable_id", flat=True)
    with transaction.atomic():
        ids = list(freed)
        count = release_reservations(reference=own)
        tell_of_arrival(ids)
    return count


@transaction.atomic
def let_expire(*, reservation_id: int, at: datetime, actor: str) -> datetime:
    """The whole hold of this reference ends then. Raises StateChanged unless it is open."""
    _check_time(at)
    row = Reservation.objects.get(pk=reservation_id)
    open_holds = Reservation.objects.held_for(row.reference).still_open()
    if open_holds.update(expires_at=at) == 0:
        raise StateChanged(f"What was held for {row.reference} is {row.get_state_display()}.")
    record_audit(
        actor=actor,
        action="reservation.expires",
        subject=row,
        after={"expires_at": at.isoformat()},
    )
    return at


def release_expired() -> int:
    """End every hold whose time is over; returns how many references. One bug keeps no other."""
    due = Reservation.objects.expired(timezone.now()).order_by()
    references = list(due.values_list("reference", flat=True).distinct()[:BATCH])
    ended = 0
    for reference in references:
        try:
            ended += expire_hold(reference)
        except Exception:
            logger.exception("hold not ended", extra={"reference": reference})
    return ended


@transaction.atomic
def expire_hold(reference: str) -> bool:
    """Whether units came free; who keeps the hold keeps it for good."""
    tells = [keeper(reference) for keeper in _keepers]
    now = timezone.now()
    held = Reservation.objects.held_for(reference).expired(now)
    rows = held.select_related("sellable", "warehouse").order_by("sellable_id")
    holds = list(rows.select_for_update(of=("self",)))
    if not holds:
        return False
    if None in tells:
        held.update(expires_at=None)
        return False
    release_reservations(reference=reference)
    for tell in filter(None, tells):
        tell()
    tell_of_arrival([hold.sellable_id for hold in holds])
    _announce(reference, holds)
    return True


def own_reference(organization_id: int, reference: str) -> str:
    """No organization can name the hold of another, nor that of a shipment."""
    return f"hold:{organization_id}:{reference}"


def _announce(reference: str, holds: list[Reservation]) -> None:
    announce(
        organization_id=holds[0].sellable.organization_id,
        event=EXPIRED,
        data={
            "reference": reference.rpartition(":")[2] if ":" in reference else reference,
            "warehouse": holds[0].warehouse.code,
            "units": {hold.sellable.sku: hold.quantity for hold in holds},
        },
    )


def _check_time(at: datetime) -> None:
    now = timezone.now()
    if not now < at <= now + LONGEST:
        message = f"Give a time within the next {LONGEST.days} days."
        fault = FieldError(field="expires_at", code="time.out_of_range", message=message)
        raise InvalidInput(errors=[fault])
