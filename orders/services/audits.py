"""Runs of the label audit, and what is written down when a booking was looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from carriers.contracts import Booking, Platform
from carriers.inbox.cursors import rewind
from carriers.models import OutboxCommand
from orders.models import (
    DiscrepancyState,
    LabelAudit,
    LabelSighting,
    LabelState,
    LedgerKind,
    Order,
    Package,
    PlatformDiscrepancy,
    Shipment,
)
from orders.rules.audit import (
    AuditFinding,
    DiscrepancyKind,
    OwnShipment,
    compare,
    missing,
    without_returned,
)
from orders.rules.charges import OwnLine, cost_of
from orders.rules.states import ShipmentState
from orders.services.progress import note_event
from orders.services.upstream import CommandUnderWay

# How far back the first audit of a platform looks.
FIRST_SPAN = timedelta(days=7)
# Looked at again each night: what a command had in hand, and what the platform listed late.
OVERLAP = timedelta(days=2)
# A platform may show a label late, so one bought less than this ago is not missed yet.
SETTLE = timedelta(minutes=15)
LEASE = timedelta(seconds=settings.TASK_TIMEOUT_S + 60)
Found = Counter[DiscrepancyKind]


def take_audit(
    *, platform: Platform, lists: Iterable[str], since: datetime | None = None
) -> LabelAudit | None:
    """Go on with the platform's open audit or begin one; None while another worker has it.

    `lists` are the cursors that a new audit reads from its start. Without `since` it begins
    OVERLAP before the last whole audit did.
    """
    now = timezone.now()
    with transaction.atomic(durable=True):
        audit, is_new = LabelAudit.objects.get_or_create(
            platform=platform.value,
            finished_at=None,
            defaults={"since": since or _since_last(platform, now), "started_at": now},
        )
        free = LabelAudit.objects.filter(pk=audit.pk).free(now)
        if free.update(lease_until=now + LEASE, error_code="") != 1:
            return None
        audit.refresh_from_db()
        if since is not None and since < audit.since:
            audit.since, audit.after_package, is_new = since, 0, True
            audit.save(update_fields=["since", "after_package"])
        if is_new:
            for resource in lists:
                rewind(platform=platform, resource=resource, since=audit.since)
    return audit


def _since_last(platform: Platform, now: datetime) -> datetime:
    last = LabelAudit.objects.finished().filter(platform=platform.value).first()
    return last.started_at - OVERLAP if last else now - FIRST_SPAN


def release_audit(*, audit_id: int, is_finished: bool, error_code: str = "") -> None:
    """Let go of an audit that is done, or that another task goes on with."""
    LabelAudit.objects.filter(pk=audit_id).update(
        lease_until=None,
        finished_at=timezone.now() if is_finished else None,
        error_code=error_code[:60],
    )


def count_found(*, audit_id: int, found: Found, cleared: int = 0) -> None:
    LabelAudit.objects.filter(pk=audit_id).update(
        orphans=F("orphans") + found[DiscrepancyKind.ORPHAN],
        ghosts=F("ghosts") + found[DiscrepancyKind.GHOST],
        amounts=F("amounts") + found[DiscrepancyKind.AMOUNT],
        cleared=F("cleared") + cleared,
    )


def count_seen(*, audit_id: int, count: int) -> None:
    LabelAudit.objects.filter(pk=audit_id).update(seen_upstream=F("seen_upstream") + count)


def count_asked(*, audit: LabelAudit, package_id: int) -> None:
    """One label was asked for; the audit goes on after it."""
    LabelAudit.objects.filter(pk=audit.pk).update(asked=F("asked") + 1, after_package=package_id)
    audit.after_package = package_id


def mark_seen(*, package_ids: Collection[int], at: datetime) -> None:
    """These labels stand at the platform as in our ledger."""
    LabelSighting.objects.bulk_create(
        [LabelSighting(package_id=pk, seen_at=at) for pk in sorted(package_ids)],
        update_conflicts=True,
        unique_fields=["package"],
        update_fields=["seen_at"],
    )


def own_shipment(shipment: Shipment) -> OwnShipment:
    """Our side; reads packages and ledger, which may have been fetched along."""
    packages = list(shipment.packages.all())
    label = next((one for one in packages if one.label_state == LabelState.BOUGHT), None)
    voided = {one.label_ref for one in packages if one.label_state == LabelState.VOIDED}
    return OwnShipment(
        reference=shipment.reference,
        platform_ref=shipment.platform_ref,
        is_live=shipment.state != ShipmentState.CANCELLED.value,
        label_ref=label.label_ref if label else "",
        tracking_number=label.tracking_number if label else "",
        cost=cost_of(own_lines(label)) if label else None,
        voided=frozenset(voided - {""}),
    )


def own_lines(package: Package) -> list[OwnLine]:
    """The movements of a package's money, as our ledger has them."""
    return [
        OwnLine(
            pk=line.pk,
            kind=line.kind,
            money=line.money,
            upstream_ref=line.upstream_ref,
            matched_ref=line.matched_ref,
        )
        for line in package.ledger.all()
        if line.kind != LedgerKind.QUOTED
    ]


def record_look(
    *,
    platform: Platform,
    platform_ref: str,
    shipment_id: int | None,
    theirs: Booking | None,
    tells_cost: bool,
) -> tuple[Found, int]:
    """Write down how a booking that was just read differs from our ledger.

    `theirs` is None where the platform has no such booking. Returns what is new, and how many
    earlier findings are no longer so. Raises CommandUnderWay while it cannot be said whose doing a
    difference is.
    """
    with transaction.atomic():
        shipment = held_shipment(shipment_id)
        ours = own_shipment(shipment) if shipment else None
        findings = _settled(shipment, _findings(ours, theirs))
        told = [one for one in findings if tells_cost or one.kind is not DiscrepancyKind.AMOUNT]
        kinds = set(DiscrepancyKind) - (set() if tells_cost else {DiscrepancyKind.AMOUNT})
        reference = theirs.reference if theirs else ""
        return _write(platform, platform_ref, reference, shipment, told, kinds)


def file_findings(
    platform: Platform,
    shipment: Shipment,
    findings: Iterable[AuditFinding],
    kinds: Collection[DiscrepancyKind],
) -> tuple[Found, int]:
    """Write down these findings about our own booking; earlier ones of `kinds` are over."""
    return _write(platform, shipment.platform_ref, shipment.reference, shipment, findings, kinds)


def _findings(ours: OwnShipment | None, theirs: Booking | None) -> tuple[AuditFinding, ...]:
    if theirs is not None:
        return compare(ours, without_returned(theirs, _voided_as_orphan(theirs)))
    return missing(ours) if ours is not None else ()


def _settled(
    shipment: Shipment | None, findings: tuple[AuditFinding, ...]
) -> tuple[AuditFinding, ...]:
    young = Q(bought_at__gt=timezone.now() - SETTLE)
    if shipment is None or not shipment.packages.filter(young).exists():
        return findings
    return tuple(one for one in findings if one.kind is not DiscrepancyKind.GHOST)


def _voided_as_orphan(theirs: Booking) -> set[str]:
    rows = PlatformDiscrepancy.objects.filter(
        platform_ref=theirs.platform_ref, state=DiscrepancyState.VOIDED
    )
    return set(rows.exclude(label_ref="").values_list("label_ref", flat=True))


def held_shipment(shipment_id: int | None) -> Shipment | None:
    """The shipment as it is while nobody else can change its order."""
    if shipment_id is None:
        return None
    order_id = Shipment.objects.values_list("order_id", flat=True).get(pk=shipment_id)
    order = Order.objects.locked().get(pk=order_id)
    if OutboxCommand.objects.in_lane(order.lane).still_open().exists():
        raise CommandUnderWay(f"Order {order.number} has an open command.")
    held: Shipment = Shipment.objects.select_related("order").get(pk=shipment_id)
    return held


def _write(
    platform: Platform,
    platform_ref: str,
    reference: str,
    shipment: Shipment | None,
    findings: Iterable[AuditFinding],
    kinds: Collection[DiscrepancyKind],
) -> tuple[Found, int]:
    found, standing = Found(), set[int]()
    for finding in findings:
        row, is_new = _filed(platform, reference, shipment, finding)
        standing.add(row.pk)
        found[finding.kind] += is_new
    return found, _clear(platform, platform_ref, kinds, standing)


def _filed(
    platform: Platform, reference: str, shipment: Shipment | None, finding: AuditFinding
) -> tuple[PlatformDiscrepancy, bool]:
    """The finding's row, and whether it is new; what was explained is not told again."""
    known = PlatformDiscrepancy.objects.standing().filter(
        kind=finding.kind.value,
        platform=platform.value,
        platform_ref=finding.platform_ref,
        label_ref=finding.label_ref,
    )
    row = known.first()
    if row is not None and (row.is_open or row.their_cost == finding.theirs):
        known.filter(pk=row.pk).update(
            last_seen_at=timezone.now(), times_seen=F("times_seen") + 1, **_amounts(finding)
        )
        return row, False
    row = PlatformDiscrepancy.objects.create(
        organization_id=shipment.order.organization_id if shipment else None,
        kind=finding.kind.value,
        platform=platform.value,
        platform_ref=finding.platform_ref,
        reference=(reference or (shipment.reference if shipment else ""))[:100],
        label_ref=finding.label_ref,
        tracking_number=finding.tracking_number,
        shipment=shipment,
        detail=finding.detail[:500],
        **_amounts(finding),
    )
    if shipment is not None:
        message = f"Audit of {platform.name.title()}: {finding.detail}"
        note_event(shipment.order, kind=f"audit.{finding.kind.value}", message=message)
    return row, True


def _amounts(finding: AuditFinding) -> dict[str, object]:
    ours, theirs = finding.ours, finding.theirs
    return {
        "our_amount": ours.amount if ours else None,
        "our_currency": ours.currency if ours else "",
        "their_amount": theirs.amount if theirs else None,
        "their_currency": theirs.currency if theirs else "",
    }


def _clear(
    platform: Platform,
    platform_ref: str,
    kinds: Collection[DiscrepancyKind],
    standing: Collection[int],
) -> int:
    """Open findings about this booking that were not met again; one under way settles itself."""
    rows = PlatformDiscrepancy.objects.still_open().filter(
        platform=platform.value,
        platform_ref=platform_ref,
        kind__in=[kind.value for kind in kinds],
    )
    gone: int = (
        rows.exclude(state=DiscrepancyState.ASKED)
        .exclude(pk__in=standing)
        .update(state=DiscrepancyState.GONE, resolved_at=timezone.now())
    )
    return gone
