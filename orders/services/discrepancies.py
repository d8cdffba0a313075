"""What a person does about a finding of the label audit: void, adopt, or explain it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.contracts import Label
from carriers.models import OutboxCommand
from carriers.outbox.commands import enqueue_command
from orders.models import DiscrepancyState, LabelState, Order, PlatformDiscrepancy, Shipment
from orders.rules.audit import DiscrepancyKind
from orders.rules.states import OrderState, ShipmentState, may_move
from orders.services.kinds import ADOPT_LABEL, VOID_ORPHAN
from orders.services.labels import record_label
from orders.services.ledger import enter_adjusted
from orders.services.progress import note_event
from shipping_project.kernel.errors import Conflict


class SamePerson(Conflict):
    """Whoever explains a missing label away may not be the one who confirms it."""

    code = "audit.same_person"
    title = "A second person has to confirm this"


def ask_void(
    *, discrepancy_id: int, reason: str, actor: str, organization_id: int | None = None
) -> None:
    """Have an orphan voided and its booking cancelled, by a command in its order's lane.

    `organization_id` says who answers for it where no order of ours is known. Raises Conflict for
    anything but an open orphan.
    """
    with transaction.atomic(durable=True):
        row = _open_row(discrepancy_id, DiscrepancyKind.ORPHAN)
        row.organization_id = row.organization_id or organization_id
        if row.organization_id is None:
            raise Conflict("No order of ours is known for it: choose the organization it is for.")
        _ask(row, VOID_ORPHAN, reason=reason, actor=actor)


def ask_adoption(*, discrepancy_id: int, reason: str, actor: str) -> None:
    """Have an orphan's label become the label of its order's package.

    Raises Conflict where the package has a label or the order no longer waits for one.
    """
    with transaction.atomic(durable=True):
        row = _open_row(discrepancy_id, DiscrepancyKind.ORPHAN)
        obstacle = "It has no label." if not row.label_ref else adoption_obstacle(row)
        if obstacle:
            raise Conflict(obstacle)
        _ask(row, ADOPT_LABEL, reason=reason, actor=actor)


def explain(*, discrepancy_id: int, reason: str, actor: str) -> DiscrepancyState:
    """Close a finding with a reason; the audit does not tell it again.

    A ghost is money spent on nothing to show, so a second person has to confirm it; SamePerson is
    raised for the first one.
    """
    with transaction.atomic(durable=True):
        row = _open_row(discrepancy_id)
        before = row.state
        if row.kind == DiscrepancyKind.GHOST.value and before == DiscrepancyState.OPEN:
            row.state, row.reason = DiscrepancyState.PROPOSED, reason[:200]
            row.proposed_by, row.proposed_at = actor, timezone.now()
        elif before == DiscrepancyState.PROPOSED and row.proposed_by == actor:
            raise SamePerson(f"{actor} explained it; somebody else has to confirm that.")
        else:
            row.state, row.resolved_by = DiscrepancyState.EXPLAINED, actor
            row.reason = row.reason or reason[:200]
            row.resolved_at = timezone.now()
            _adjust(row, reason=reason, actor=actor)
        row.save()
        _trail(row, before=before, reason=reason, actor=actor)
        return DiscrepancyState(row.state)


def _adjust(row: PlatformDiscrepancy, *, reason: str, actor: str) -> None:
    """A price that was explained is what we paid: our ledger says so from now on."""
    shipment = _shipment(row)
    package = shipment.packages.leading().first() if shipment else None
    ours, theirs = row.our_cost, row.their_cost
    if row.kind != DiscrepancyKind.AMOUNT.value or package is None or theirs is None:
        return
    if ours is not None and ours.currency != theirs.currency:
        return
    change = theirs + ours * -1 if ours is not None else theirs
    note = f"{reason} ({actor})"
    enter_adjusted(package=package, record_ref=f"finding {row.pk}", change=change, note=note)


def adoption_obstacle(row: PlatformDiscrepancy) -> str:
    """Why the label cannot become ours; "" where it can. Holds the order's row."""
    shipment = _shipment(row)
    if shipment is None:
        return "No order of ours is known for it; it can only be voided."
    order = Order.objects.locked().get(pk=shipment.order_id)
    if shipment.state == ShipmentState.CANCELLED.value or order.cancel_requested_at:
        return f"Order {order.number} no longer wants this booking."
    if not may_move(OrderState(order.state), OrderState.BOOKED):
        return f"Order {order.number} is {order.get_state_display().lower()}."
    if shipment.packages.exclude(label_state=LabelState.NONE).exists():
        return f"The package of order {order.number} has or had a label of its own."
    return ""


def record_orphan_voided(*, discrepancy_id: int, was_gone: bool) -> None:
    """Nothing is left of it at the platform."""
    row = _locked(discrepancy_id)
    row.state = DiscrepancyState.GONE if was_gone else DiscrepancyState.VOIDED
    _close(row)
    what = "was gone already" if was_gone else "was voided; a refund is asked for"
    if not was_gone and not row.label_ref:
        what = "was cancelled"
    _tell(row, "audit.voided", f"Booking {row.platform_ref}, found by the audit, {what}.")


def record_adoption(*, discrepancy_id: int, label: Label) -> None:
    """The label is ours now, and so is the booking that holds it."""
    row = _locked(discrepancy_id)
    obstacle = adoption_obstacle(row)
    shipment = _shipment(row)
    if obstacle or shipment is None:
        _reopen(row, obstacle)
        return
    left_behind, shipment.platform_ref = shipment.platform_ref, row.platform_ref
    shipment.booked_at = shipment.booked_at or timezone.now()
    shipment.save(update_fields=["platform_ref", "booked_at", "updated_at"])
    row.state = DiscrepancyState.ADOPTED
    _close(row)
    _tell(row, "audit.adopted", f"Label {label.tracking_number}, found by the audit, is ours now.")
    record_label(shipment_id=shipment.pk, label=label)
    if left_behind not in ("", row.platform_ref):
        _leave_behind(row, shipment, left_behind)


def record_attempt_failed(*, discrepancy_id: int, detail: str) -> None:
    """Nothing came of it; the finding is open again."""
    _reopen(_locked(discrepancy_id), detail)


def _leave_behind(row: PlatformDiscrepancy, shipment: Shipment, platform_ref: str) -> None:
    """The booking that we took for ours until now is one too many; the next audit looks at it."""
    PlatformDiscrepancy.objects.get_or_create(
        kind=DiscrepancyKind.ORPHAN.value,
        platform=row.platform,
        platform_ref=platform_ref,
        label_ref="",
        state=DiscrepancyState.OPEN,
        defaults={
            "organization_id": row.organization_id,
            "shipment": shipment,
            "reference": shipment.reference,
            "detail": f"Booking {platform_ref} was replaced by {row.platform_ref}.",
        },
    )


def _ask(row: PlatformDiscrepancy, kind: str, *, reason: str, actor: str) -> None:
    shipment = _shipment(row)
    order = Order.objects.locked().get(pk=shipment.order_id) if shipment else None
    lane = order.lane if order else f"orphan:{row.pk}"
    if OutboxCommand.objects.in_lane(lane).still_open().exists():
        raise Conflict("A command of this order is under way; wait for its end.")
    before, row.state = row.state, DiscrepancyState.ASKED
    row.reason, row.last_error = reason[:200], ""
    row.save()
    enqueue_command(
        organization_id=row.organization_id or 0,
        kind=kind,
        lane=lane,
        platform=row.platform,
        payload={"discrepancy_id": row.pk},
    )
    _trail(row, before=before, reason=reason, actor=actor)
    _tell(row, "audit.asked", f"{row.detail} {reason}", actor=actor)


def _locked(discrepancy_id: int) -> PlatformDiscrepancy:
    row: PlatformDiscrepancy = PlatformDiscrepancy.objects.select_for_update().get(
        pk=discrepancy_id
    )
    return row


def _open_row(discrepancy_id: int, kind: DiscrepancyKind | None = None) -> PlatformDiscrepancy:
    row = _locked(discrepancy_id)
    if kind is not None and row.kind != kind.value:
        raise Conflict(f"This is for {kind.value}s alone.")
    if row.state not in (DiscrepancyState.OPEN, DiscrepancyState.PROPOSED):
        raise Conflict(f"It is {row.get_state_display().lower()} already.")
    return row


def _shipment(row: PlatformDiscrepancy) -> Shipment | None:
    """As it stands now, whatever was read with the row."""
    return Shipment.objects.filter(pk=row.shipment_id).first() if row.shipment_id else None


def _close(row: PlatformDiscrepancy) -> None:
    row.resolved_at, row.last_error = timezone.now(), ""
    row.save()


def _reopen(row: PlatformDiscrepancy, why: str) -> None:
    row.state, row.last_error = DiscrepancyState.OPEN, why[:500]
    row.save(update_fields=["state", "last_error"])


def _tell(row: PlatformDiscrepancy, kind: str, message: str, actor: str = "") -> None:
    shipment = _shipment(row)
    if shipment is not None:
        note_event(shipment.order, kind=kind, message=message, actor=actor)


def _trail(row: PlatformDiscrepancy, *, before: str, reason: str, actor: str) -> None:
    record_audit(
        actor=actor,
        action=f"discrepancy.{row.state}",
        subject=row,
        before={"state": str(before)},
        after={"state": str(row.state), "reason": reason[:200]},
    )
