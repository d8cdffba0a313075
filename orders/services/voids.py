"""The only writer of void requests: asked for, taken, refunded, or not."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from carriers.models import OutboxCommand
from orders.models import LabelState, Order, Package, Shipment, VoidRequest
from orders.rules.voids import (
    FIRST_LOOK,
    OPEN_VOIDS,
    REFUNDABLE,
    VoidPurpose,
    VoidState,
    VoidTerms,
    may_move,
    next_look,
    terms_of,
)
from orders.services.booking import ask
from orders.services.kinds import VOID_LABEL
from orders.services.ledger import enter_refunded
from orders.services.progress import note_event
from shipping_project.kernel.errors import Conflict, StateChanged
from shipping_project.kernel.money import Money

CHUNK = 200


@transaction.atomic
def request_void(
    *,
    shipment: Shipment,
    order: Order,
    purpose: VoidPurpose,
    reason: str = "",
    actor: str = "",
) -> VoidRequest:
    """Have the shipment's label given back by a command in the order's lane.

    The caller holds the order and knows that no command of it is open.
    """
    package = Package.objects.leading().select_for_update().get(shipment=shipment)
    void = open_void_of(package) or _open(package, shipment, purpose, reason=reason, actor=actor)
    ask(shipment, VOID_LABEL, order)
    return void


@transaction.atomic
def accept_void(*, shipment: Shipment) -> VoidRequest:
    """The platform took the label back; its money is looked for from now on."""
    package = Package.objects.leading().select_for_update().get(shipment=shipment)
    void = open_void_of(package) or _open(package, shipment, VoidPurpose.FOUND)
    if void.state == VoidState.REQUESTED.value:
        now = timezone.now()
        _move(
            void,
            VoidState.ACCEPTED,
            accepted_at=now,
            refund_due_at=now + void_terms(shipment).refund,
            next_look_at=now + FIRST_LOOK,
        )
    return void


@transaction.atomic
def reject_void(*, void: VoidRequest, detail: str) -> None:
    """It was not taken, or taken and then refused by the carrier: the money is spent."""
    _move(void, VoidState.REJECTED, **_settled(detail))


@transaction.atomic
def record_refund(*, void_id: int, record_ref: str, back: Money, note: str = "") -> bool:
    """Money came back: a line of the ledger, once for each `record_ref`.

    Returns whether the void was waiting for it; a second part of a refund finds it settled.
    """
    void = VoidRequest.objects.select_for_update().get(pk=void_id)
    package = Package.objects.select_related("shipment__order").get(pk=void.package_id)
    enter_refunded(package=package, record_ref=record_ref, back=back, note=note)
    if VoidState(void.state) not in REFUNDABLE:
        return False
    _move(void, VoidState.REFUNDED, **_settled(f"{back} came back."))
    note_event(
        package.shipment.order,
        kind="label.refunded",
        message=f"{back} came back for label {package.tracking_number or void.label_ref}.",
    )
    return True


def confirm_refund(*, void_id: int, back: Money, reason: str, actor: str) -> None:
    """A person has seen the refund where the platform's API shows none.

    Raises Conflict where no refund is awaited.
    """
    with transaction.atomic(durable=True):
        void = VoidRequest.objects.select_for_update().get(pk=void_id)
        if VoidState(void.state) not in REFUNDABLE:
            raise Conflict(f"It is {void.get_state_display().lower()}; no refund is awaited.")
        note = f"{reason} ({actor})"
        record_refund(void_id=void.pk, record_ref=void.label_ref, back=back, note=note)


def give_up_refund(*, void_id: int, reason: str, actor: str) -> None:
    """A person knows that no money comes. Raises Conflict where none is awaited any more."""
    with transaction.atomic(durable=True):
        void = VoidRequest.objects.select_for_update().get(pk=void_id)
        if void.state != VoidState.ACCEPTED.value:
            raise Conflict(f"It is {void.get_state_display().lower()}; no refund is awaited.")
        reject_void(void=void, detail=f"{reason} ({actor})")
        _tell(void, "void.rejected", f"No refund comes for label {void.label_ref}: {reason}", actor)


def look_soon(*, void_id: int) -> None:
    """Ask the platform for the refund at the next round. Raises Conflict where none is awaited."""
    asked = VoidRequest.objects.filter(pk=void_id, state=VoidState.ACCEPTED.value)
    if asked.update(next_look_at=timezone.now()) != 1:
        raise Conflict("No refund is awaited.")


def put_off_look(void: VoidRequest) -> None:
    """There was nothing to be seen yet."""
    now = timezone.now()
    later = next_look(void.accepted_at or now, now)
    VoidRequest.objects.filter(pk=void.pk, next_look_at=void.next_look_at).update(
        next_look_at=later
    )


def record_carrier_refused(*, void_id: int, detail: str) -> None:
    """The platform had taken the label back, and its carrier did not."""
    with transaction.atomic(durable=True):
        void = VoidRequest.objects.select_for_update().get(pk=void_id)
        if void.state == VoidState.ACCEPTED.value:
            reject_void(void=void, detail=detail)
            _tell(void, "void.rejected", f"Label {void.label_ref} is not refunded: {detail}")


def expire_overdue() -> int:
    """Close what nobody took within its window, or paid back in time; returns how many."""
    now = timezone.now()
    overdue = VoidRequest.objects.overdue(now).order_by("pk").values_list("pk", flat=True)
    return sum(_expire(pk, now) for pk in list(overdue[:CHUNK]))


def _expire(void_id: int, now: datetime) -> bool:
    with transaction.atomic(durable=True):
        void = VoidRequest.objects.overdue(now).select_for_update().filter(pk=void_id).first()
        if void is None or _is_under_way(void):
            return False
        was_taken = void.state == VoidState.ACCEPTED.value
        detail = "No refund came in time." if was_taken else "It was not taken within its window."
        _move(void, VoidState.EXPIRED, **_settled(detail))
        _tell(void, "void.expired", f"Void of label {void.label_ref}: {detail}")
        return True


def _is_under_way(void: VoidRequest) -> bool:
    if void.state != VoidState.REQUESTED.value:
        return False
    return bool(OutboxCommand.objects.in_lane(_order_of(void).lane).still_open().exists())


def is_to_be_replaced(package: Package) -> bool:
    """Whether another label is wanted and this one still stands: it must not be shipped with."""
    wanted = package.voids.filter(purpose=VoidPurpose.REPLACE.value, kept_at=None)
    return package.label_state == LabelState.BOUGHT and wanted.exists()


def keep(package: Package) -> None:
    """Another label is no longer wanted in the place of this one."""
    wanted = package.voids.filter(purpose=VoidPurpose.REPLACE.value, kept_at=None)
    wanted.update(kept_at=timezone.now())


def void_terms(shipment: Shipment) -> VoidTerms:
    """What platform and carrier say, or the settings in their stead."""
    return terms_of(
        shipment.platform,
        shipment.carrier,
        window_days=settings.VOID_WINDOW_DAYS,
        refund_days=settings.VOID_REFUND_DAYS,
    )


def open_void_of(package: Package) -> VoidRequest | None:
    found: VoidRequest | None = package.voids.filter(
        state__in=[state.value for state in OPEN_VOIDS]
    ).first()
    return found


def _open(
    package: Package,
    shipment: Shipment,
    purpose: VoidPurpose,
    *,
    reason: str = "",
    actor: str = "",
) -> VoidRequest:
    since = package.bought_at or timezone.now()
    void: VoidRequest = VoidRequest.objects.create(
        package=package,
        purpose=purpose.value,
        reason=reason[:200],
        actor=actor,
        label_ref=package.label_ref,
        window_ends_at=since + void_terms(shipment).window,
    )
    return void


def _move(void: VoidRequest, to: VoidState, **changes: object) -> None:
    seen = VoidState(void.state)
    if not may_move(seen, to):
        raise Conflict(f"A void that is {seen} cannot become {to}.")
    changes["state"] = to.value
    if VoidRequest.objects.filter(pk=void.pk, state=seen.value).update(**changes) != 1:
        raise StateChanged(f"Void {void.pk} moved on from {seen} meanwhile.")
    for name, value in changes.items():
        setattr(void, name, value)


def _settled(detail: str) -> dict[str, object]:
    return {"settled_at": timezone.now(), "next_look_at": None, "detail": detail[:500]}


def _order_of(void: VoidRequest) -> Order:
    order: Order = Order.objects.get(shipments__packages=void.package_id)
    return order


def _tell(void: VoidRequest, kind: str, message: str, actor: str = "") -> None:
    note_event(_order_of(void), kind=kind, message=message, actor=actor)
