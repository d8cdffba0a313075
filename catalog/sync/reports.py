"""How the catalog stands with each platform; page and API show the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from carriers.choices import PLATFORM_CHOICES
from catalog.models import (
    CatalogRun,
    CatalogSchedule,
    FieldMaster,
    ListedIssue,
    PlatformListing,
    Sellable,
    SyncConflict,
)
from catalog.rules.merge import FIELDS, Group, Master
from catalog.sync.models import EVERY_MINUTES

SHOWN = 50
# The outcomes of a run as people read them, by column.
OUTCOMES = (
    ("linked", "newly matched"),
    ("updated", "updated here"),
    ("unchanged", "unchanged"),
    ("ahead", "ours is newer"),
    ("conflicted", "in conflict"),
    ("unmatched", "not matched"),
    ("unfit", "not readable"),
    ("gone", "deleted there"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformStanding:
    """One platform: its schedule, the newest run, and when one last ended well."""

    platform: str
    label: str
    schedule: CatalogSchedule
    run: CatalogRun | None
    outcomes: tuple[tuple[str, int], ...]
    complete_at: datetime | None
    listings: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPair:
    """One field that differs; `key` is its name in a request, `name` the one for people."""

    key: str
    name: str
    base: object
    ours: object
    theirs: object


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow:
    """One open conflict, field by field."""

    id: int
    sku: str
    organization: str
    platform: str
    group: str
    fields: tuple[FieldPair, ...]
    found_at: datetime


def schedules() -> list[CatalogSchedule]:
    """One for each platform, as stored or as it is until somebody changes it."""
    stored = {row.platform: row for row in CatalogSchedule.objects.all()}
    return [
        stored.get(platform)
        or CatalogSchedule(platform=platform, every_minutes=EVERY_MINUTES[platform])
        for platform, _ in PLATFORM_CHOICES
    ]


def standings() -> tuple[PlatformStanding, ...]:
    counts = (
        PlatformListing.objects.order_by()
        .values("platform")
        .annotate(
            present=Count("pk", filter=Q(missing_since=None)),
            missing=Count("pk", filter=Q(missing_since__isnull=False)),
        )
    )
    by_platform = {row["platform"]: (row["present"], row["missing"]) for row in counts}
    return tuple(
        _standing(schedule, *by_platform.get(schedule.platform, (0, 0))) for schedule in schedules()
    )


def _standing(schedule: CatalogSchedule, listings: int, missing: int) -> PlatformStanding:
    runs = CatalogRun.objects.filter(platform=schedule.platform)
    run = runs.order_by("-id").first()
    complete = runs.filter(state="finished", is_dry=False).order_by("-id").first()
    outcomes = [(label, getattr(run, name)) for name, label in OUTCOMES] if run else []
    return PlatformStanding(
        platform=schedule.platform,
        label=schedule.get_platform_display(),
        schedule=schedule,
        run=run,
        outcomes=tuple((label, count) for label, count in outcomes if count),
        complete_at=complete.started_at if complete else None,
        listings=listings,
        missing=missing,
    )


def masters_of(actor: object) -> tuple[FieldMaster, ...]:
    """What was declared; for anything else a person is asked."""
    rows = FieldMaster.objects.visible_to(actor).exclude(master=Master.NOBODY.value)
    return tuple(rows.select_related("organization")[:SHOWN])


def open_conflicts(actor: object) -> tuple[int, tuple[ConflictRow, ...]]:
    """How many there are, and the oldest of them."""
    rows = SyncConflict.objects.visible_to(actor).still_open()
    oldest = rows.select_related("listing__sellable__organization").order_by("id")[:SHOWN]
    return rows.count(), tuple(_conflict(row) for row in oldest)


def _conflict(row: SyncConflict) -> ConflictRow:
    names = [name for name in FIELDS[Group(row.group)] if name in row.theirs]
    pairs = [
        FieldPair(
            key=name,
            name=name.replace("_", " "),
            base=row.base.get(name, ""),
            ours=row.ours.get(name, ""),
            theirs=row.theirs[name],
        )
        for name in names
        if row.ours.get(name) != row.theirs[name]
    ]
    return ConflictRow(
        id=row.pk,
        sku=row.listing.sellable.sku,
        organization=row.listing.sellable.organization.name,
        platform=row.listing.get_platform_display(),
        group=row.group,
        fields=tuple(pairs),
        found_at=row.found_at,
    )


def export_blockers(actor: object) -> tuple[int, tuple[Sellable, ...]]:
    """How many sellables lack what customs ask for, and the first of them by SKU."""
    rows = Sellable.objects.visible_to(actor).blocking_export()
    first = rows.select_related("organization").order_by("sku", "id")[:SHOWN]
    return rows.count(), tuple(first)


def open_issues() -> tuple[int, tuple[ListedIssue, ...]]:
    """How many listed items fit nothing, and those that were met last."""
    rows = ListedIssue.objects.unsettled()
    return rows.count(), tuple(rows.order_by("-last_seen_at", "-id")[:SHOWN])
