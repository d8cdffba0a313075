"""How the platforms' records and our ledger stand to each other, by platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from carriers.models import PLATFORM_CHOICES
from orders.models import LabelAudit, PlatformDiscrepancy, VoidRequest
from orders.rules.audit import DiscrepancyKind
from orders.rules.voids import VoidState


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditStanding:
    """Open findings, and labels given back whose money is awaited or did not come in time.

    `last_audit_at` is when the last whole audit ended.
    """

    platform: str
    label: str
    orphans: int
    ghosts: int
    amounts: int
    awaited: int
    expired: int
    last_audit_at: datetime | None


def audit_standing() -> tuple[AuditStanding, ...]:
    """Every platform over all organizations, so for staff alone; three queries."""
    rows = PlatformDiscrepancy.objects.still_open().order_by().values_list("platform", "kind")
    counts = {(one, kind): count for one, kind, count in rows.annotate(count=Count("pk"))}
    voids = VoidRequest.objects.unpaid().order_by()
    states = voids.values_list("package__shipment__platform", "state")
    money = {(one, state): count for one, state, count in states.annotate(count=Count("pk"))}
    ends = LabelAudit.objects.finished().order_by().values_list("platform")
    last = dict(ends.annotate(at=Max("finished_at")))
    return tuple(
        AuditStanding(
            platform=platform,
            label=label,
            orphans=counts.get((platform, DiscrepancyKind.ORPHAN.value), 0),
            ghosts=counts.get((platform, DiscrepancyKind.GHOST.value), 0),
            amounts=counts.get((platform, DiscrepancyKind.AMOUNT.value), 0),
            awaited=money.get((platform, VoidState.ACCEPTED.value), 0),
            expired=money.get((platform, VoidState.EXPIRED.value), 0),
            last_audit_at=last.get(platform),
        )
        for platform, label in PLATFORM_CHOICES
    )
