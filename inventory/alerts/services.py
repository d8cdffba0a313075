"""A person's word on alerts, and the thresholds behind them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_audit
from inventory.alerts.models import StockAlert
from inventory.models import StockLevel
from shipping_project.kernel.errors import FieldError, InvalidInput, StateChanged
from shipping_project.kernel.versions import hold_to_seen

LONGEST_MUTE = timedelta(days=366)


@transaction.atomic
def acknowledge_alert(*, alert_id: int, actor: str) -> StockAlert:
    """Somebody looks after it; a repeat keeps the first name. Raises StateChanged once closed."""
    alert = _locked(alert_id)
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by = timezone.now(), actor
        alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
        record_audit(actor=actor, action="stockalert.acknowledged", subject=alert)
    return alert


@transaction.atomic
def mute_alert(*, alert_id: int, until: datetime, actor: str) -> StockAlert:
    """Nobody is told of it, nor of the next of its kind there, before `until`.

    Raises InvalidInput for a time that is past or over a year ahead.
    """
    now = timezone.now()
    if not now < until <= now + LONGEST_MUTE:
        message = "Give a time from now to a year ahead."
        fault = FieldError(field="until", code="time.out_of_range", message=message)
        raise InvalidInput(errors=[fault])
    alert = _locked(alert_id)
    alert.muted_until = until
    alert.save(update_fields=["muted_until"])
    record_audit(
        actor=actor,
        action="stockalert.muted",
        subject=alert,
        after={"muted_until": until.isoformat()},
    )
    return alert


@transaction.atomic
def change_thresholds(
    *, level_id: int, low_at: int, overstock_factor: int, buffer: int | None, actor: str
) -> StockLevel:
    """When an alert is due, and how many units no platform is told of (None: as its warehouse).

    A repeat changes nothing and leaves no trace.
    """
    level: StockLevel = StockLevel.objects.locked().get(pk=level_id)
    hold_to_seen(level)
    after = {"low_at": low_at, "overstock_factor": overstock_factor, "buffer": buffer}
    before = {name: getattr(level, name) for name in after}
    if before != after:
        StockLevel.objects.filter(pk=level_id).change(**after)
        level.refresh_from_db()
        record_audit(
            actor=actor, action="stocklevel.changed", subject=level, before=before, after=after
        )
    return level


def _locked(alert_id: int) -> StockAlert:
    alert: StockAlert = StockAlert.objects.select_for_update().get(pk=alert_id)
    if alert.closed_at is not None:
        raise StateChanged("The stock has recovered; the alert is closed.")
    return alert
