"""The life of a run: begun, taken by one worker at a time, counted page by page, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.contracts import Platform, UnreadRow
from carriers.inbox.setting_aside import set_aside
from catalog.models import CatalogRun, CatalogSchedule, PlatformListing
from catalog.querysets import PlatformListingQuerySet
from catalog.sync.items import ListedItem
from catalog.sync.models import EVERY_MINUTES, RunState
from catalog.sync.paging import going_to, hold_run, locked_run, take_run
from catalog.sync.paging import release_run as release_run
from catalog.sync.scheduling import keep_schedule
from catalog.sync.taking import Outcome, PageOutcome, take_items
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict

PULL_ONE = "catalog.tasks.pull_one"
RESOURCE = "products"
# Read again before what was read last: lists lag and clocks differ.
OVERLAP = timedelta(minutes=10)
# Only the whole list shows what is no longer in it.
FULL_EVERY = timedelta(hours=24)
# Where a list can be asked for what changed.
BY_CHANGE = frozenset({Platform.VEEQO.value})
CHANGES_KEPT = 100
RUNS_KEPT_FOR = timedelta(days=30)


class RunUnderWay(Conflict):
    """One run at a time for each platform."""

    code = "catalog.run_under_way"
    title = "The platform's products are being read already"


def begin_run(
    *, platform: str, actor: str, is_full: bool = False, is_dry: bool = False
) -> CatalogRun:
    """Raises RunUnderWay. A dry run reads the whole list and writes nothing but its counts."""
    try:
        with transaction.atomic():
            run: CatalogRun = CatalogRun.objects.create(
                platform=platform,
                since=None if is_full or is_dry else _since(platform),
                is_dry=is_dry,
                known=_present(platform).count(),
                asked_by=actor,
            )
            nudge(PULL_ONE, platform, queue="sync")
    except IntegrityError as exc:
        raise RunUnderWay from exc
    return run


def begin_due_run(*, platform: str, now: datetime) -> bool:
    """Begin the next scheduled run, if its time has come; one to go on with is woken."""
    if CatalogRun.objects.running().filter(platform=platform).exists():
        nudge(PULL_ONE, platform, queue="sync")
        return False
    schedule = schedule_of(platform)
    last = CatalogRun.objects.counted(platform).first()
    pause = timedelta(minutes=schedule.every_minutes)
    if not schedule.is_on or (last is not None and last.started_at > now - pause):
        return False
    begin_run(platform=platform, actor="schedule")
    return True


def schedule_of(platform: str) -> CatalogSchedule:
    found, _ = CatalogSchedule.objects.get_or_create(
        platform=platform, defaults={"every_minutes": EVERY_MINUTES[platform]}
    )
    return found


def change_schedule(
    *, platform: str, is_on: bool, every_minutes: int, actor: str
) -> CatalogSchedule:
    """A repeat changes nothing and leaves no trace."""
    with transaction.atomic():
        schedule = schedule_of(platform)
        return keep_schedule(schedule, is_on=is_on, every_minutes=every_minutes, actor=actor)


def lease_run(platform: str) -> CatalogRun | None:
    """Take the platform's run to go on with it; None without one or while another has it."""
    return take_run(CatalogRun.objects.filter(platform=platform))


def count_page(
    *,
    run: CatalogRun,
    items: Sequence[ListedItem],
    unread: Sequence[UnreadRow],
    next_page: int | None,
    total: int | None,
) -> bool:
    """Take one page and remember how far we are, in one transaction; True while more is to read.

    Raises StateChanged with nothing written when the run was cancelled or taken over meanwhile.
    """
    found = _tried(run.platform, items) if run.is_dry else PageOutcome()
    with transaction.atomic(durable=True):
        hold_run(run)
        if not run.is_dry:
            found = take_items(platform=run.platform, items=items)
            set_aside(platform=run.platform, resource=RESOURCE, rows=unread)
        found.counts[Outcome.UNFIT] += len(unread)
        _add(run, found)
        run.page, is_more = going_to(run, next_page, total)
        run.last_total = total
        run.save(update_fields=["page", "last_total", "changes"])
        if not is_more:
            _finish(run)
    return is_more


def _tried(platform: str, items: Sequence[ListedItem]) -> PageOutcome:
    """What taking them would do."""
    with transaction.atomic(durable=True):
        found = take_items(platform=platform, items=items)
        transaction.set_rollback(True)
    return found


def _add(run: CatalogRun, found: PageOutcome) -> None:
    added = {outcome.value: F(outcome.value) + count for outcome, count in found.counts.items()}
    CatalogRun.objects.filter(pk=run.pk).update(seen=F("seen") + found.counts.total(), **added)
    run.changes = [*run.changes, *found.changes][:CHANGES_KEPT]


def _finish(run: CatalogRun) -> None:
    """An outage must not look like an empty catalog: a list of less than half asks a person."""
    state, missing = RunState.FINISHED, 0
    if run.since is None and not run.is_dry:
        present = _present(run.platform).filter(seen_at__gte=run.started_at).count()
        unseen = _unseen(run)
        if present * 2 < run.known:
            state, missing = RunState.QUESTIONED, unseen.count()
        else:
            missing = unseen.update(missing_since=timezone.now())
    run.state, run.missing, run.finished_at = state.value, missing, timezone.now()
    run.save(update_fields=["state", "missing", "finished_at"])


@transaction.atomic
def believe_run(*, run_id: int, actor: str) -> CatalogRun:
    """A person's word that the short list is right: what it lacks is missing there.

    Raises StateChanged for a run that asks nothing.
    """
    run = locked_run(run_id, CatalogRun.objects.all(), RunState.QUESTIONED)
    run.missing = _unseen(run).update(missing_since=timezone.now())
    run.state = RunState.FINISHED.value
    run.save(update_fields=["missing", "state"])
    record_audit(actor=actor, action="catalogrun.believed", subject=run)
    return run


@transaction.atomic
def cancel_run(*, run_id: int, actor: str) -> CatalogRun:
    """What was taken stays; no further page is. Raises StateChanged for a run that has ended."""
    run = locked_run(run_id, CatalogRun.objects.all(), RunState.RUNNING)
    run.state, run.finished_at = RunState.CANCELLED.value, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    record_audit(actor=actor, action="catalogrun.cancelled", subject=run)
    return run


def prune_runs() -> int:
    """Drop what ended long ago, a run every few minutes being many; returns how many."""
    ended = CatalogRun.objects.exclude(state=RunState.RUNNING.value)
    old = ended.filter(started_at__lt=timezone.now() - RUNS_KEPT_FOR)
    return int(old.exclude(state=RunState.QUESTIONED.value).delete()[0])


def _present(platform: str) -> PlatformListingQuerySet:
    return PlatformListing.objects.at(platform).filter(missing_since=None)


def _unseen(run: CatalogRun) -> PlatformListingQuerySet:
    unseen = Q(seen_at=None) | Q(seen_at__lt=run.started_at)
    return _present(run.platform).filter(unseen, created_at__lt=run.started_at)


def _since(platform: str) -> datetime | None:
    """Where the last run began; None when a whole one is due."""
    counted = CatalogRun.objects.counted(platform)
    full = counted.filter(since=None).first()
    if platform not in BY_CHANGE or full is None:
        return None
    if full.started_at < timezone.now() - FULL_EVERY:
        return None
    last: CatalogRun = counted[0]
    return last.started_at - OVERLAP
