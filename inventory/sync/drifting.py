"""Opening and closing the record of a difference that nothing explains, and its alert."""

from __future__ import annotations

from django.utils import timezone

from inventory.alerts.drift import close_drift_alert, open_drift_alert
from inventory.models import PlatformStock, StockDrift
from inventory.rules.stock_sync import Ours
from inventory.sync.models import DriftState


def open_drift(stock: PlatformStock, *, ours: Ours, rest: int) -> StockDrift:
    """One for each number; one that is open follows what is read. The caller holds the row."""
    drift, is_new = StockDrift.objects.get_or_create(
        stock=stock,
        state=DriftState.OPEN.value,
        defaults=_facts(stock, ours, rest),
    )
    if not is_new:
        StockDrift.objects.filter(pk=drift.pk).update(**_facts(stock, ours, rest))
    sells_too_much = (stock.physical or 0) > ours.to_tell
    open_drift_alert(level=stock.level, is_oversold=sells_too_much)
    return drift


def _facts(stock: PlatformStock, ours: Ours, rest: int) -> dict[str, object]:
    return {
        "ours": ours.to_tell,
        "theirs": stock.physical or 0,
        "rest": rest,
        "lines": stock.lines,
    }


def heal_drift(stock: PlatformStock) -> None:
    """Both agree again by themselves."""
    close_drift(stock, state=DriftState.HEALED, actor="")


def close_drift(stock: PlatformStock, *, state: DriftState, actor: str) -> None:
    closed = StockDrift.objects.still_open().filter(stock=stock)
    if closed.update(state=state.value, settled_at=timezone.now(), settled_by=actor):
        others = StockDrift.objects.still_open().filter(stock__level=stock.level_id)
        if not others.exists():
            close_drift_alert(level=stock.level)
