"""The life of a reading of stock: begun, gone on with page by page, ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.services.audit import record_audit
from carriers.contracts import StockEntry
from catalog.sync.paged import RunState
from catalog.sync.paging import going_to, hold_run, locked_run, take_run
from inventory.models import PlatformStock, StockRun, WarehouseLink
from inventory.rules.stock_sync import Owner
from inventory.sync.numbers import WITH_STOCK
from inventory.sync.schedules import is_due
from inventory.sync.taking import take_entries
from shipping_project.jobs.queue import nudge
from shipping_project.kernel.errors import Conflict, InvalidInput

PULL_ONE = "inventory.tasks.pull_one"
RUNS_KEPT_FOR = timedelta(days=30)


class StockRunUnderWay(Conflict):
    """One reading at a time for each platform."""

    code = "stock.run_under_way"
    title = "The platform's stock is being read already"


class NoStockThere(InvalidInput):
    """The platform keeps no stock that could be read."""

    code = "stock.none_there"
    title = "The platform keeps no stock"


def begin_stock_run(*, platform: str, actor: str) -> StockRun:
    """Raises StockRunUnderWay, and NoStockThere for a platform without stock."""
    if platform not in WITH_STOCK:
        raise NoStockThere("Products there have no stock.")
    try:
        with transaction.atomic():
            run: StockRun = StockRun.objects.create(
                platform=platform,
                known=PlatformStock.objects.at(platform).kept_in_step().count(),
                asked_by=actor,
            )
            nudge(PULL_ONE, platform, queue="sync")
    except IntegrityError as exc:
        raise StockRunUnderWay from exc
    return run


def begin_due_stock_run(*, platform: str, now: datetime) -> bool:
    """Begin the next reading, if its time has come; one to go on with is woken."""
    if StockRun.objects.running().filter(platform=platform).exists():
        nudge(PULL_ONE, platform, queue="sync")
        return False
    owned = WarehouseLink.objects.filter(platform=platform).exclude(stock_owner=Owner.NOBODY.value)
    if not owned.exists() or not is_due(platform, now):
        return False
    begin_stock_run(platform=platform, actor="schedule")
    return True


def lease_stock_run(platform: str) -> StockRun | None:
    """Take the platform's reading to go on with it; None without one or while another has it."""
    return take_run(StockRun.objects.filter(platform=platform))


def count_stock_page(
    *, run: StockRun, entries: Sequence[StockEntry], next_page: int | None, total: int | None
) -> bool:
    """Take one page and remember how far we are, in one transaction; True while more is to read.

    Raises StateChanged with nothing written when it was cancelled or taken over meanwhile.
    """
    with transaction.atomic(durable=True):
        hold_run(run)
        _add(run, take_entries(platform=run.platform, entries=entries))
        run.page, is_more = going_to(run, next_page, total)
        run.last_total = total
        run.save(update_fields=["page", "last_total"])
        if not is_more:
            _finish(run)
    return is_more


def _add(run: StockRun, counts: Counter[str]) -> None:
    added = {name: F(name) + count for name, count in counts.items() if count}
    StockRun.objects.filter(pk=run.pk).update(seen=F("seen") + counts.total(), **added)


def _finish(run: StockRun) -> None:
    """Of a list of less than half of what is known nothing is concluded; a person is asked.

    What such a list did state was taken row by row; what it lacked is left as it was, always.
    """
    read = PlatformStock.objects.at(run.platform).kept_in_step().filter(seen_at__gte=run.started_at)
    is_short = read.count() * 2 < run.known
    run.state = (RunState.QUESTIONED if is_short else RunState.FINISHED).value
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "finished_at"])


@transaction.atomic
def believe_stock_run(*, run_id: int, actor: str) -> StockRun:
    """A person has looked into the short list. Raises StateChanged for a run that asks nothing."""
    run = locked_run(run_id, StockRun.objects.all(), RunState.QUESTIONED)
    run.state = RunState.FINISHED.value
    run.save(update_fields=["state"])
    record_audit(actor=actor, action="stockrun.believed", subject=run)
    return run


@transaction.atomic
def cancel_stock_run(*, run_id: int, actor: str) -> StockRun:
    """What was taken stays; no further page is. Raises StateChanged for a run that has ended."""
    run = locked_run(run_id, StockRun.objects.all(), RunState.RUNNING)
    run.state, run.finished_at = RunState.CANCELLED.value, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    record_audit(actor=actor, action="stockrun.cancelled", subject=run)
    return run


def prune_stock_runs() -> int:
    """Drop what ended long ago; returns how many."""
    ended = StockRun.objects.exclude(state__in=[RunState.RUNNING.value, RunState.QUESTIONED.value])
    return int(ended.filter(started_at__lt=timezone.now() - RUNS_KEPT_FOR).delete()[0])
