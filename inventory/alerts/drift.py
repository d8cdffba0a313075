"""The alert on a number that a platform disagrees with: it opens and closes with the drift."""

from __future__ import annotations

from django.utils import timezone

from inventory.alerts.looking import close_alert, open_alert
from inventory.alerts.models import StockAlert
from inventory.models import StockLevel
from inventory.rules.alerts import Alert, AlertKind, Severity


def open_drift_alert(*, level: StockLevel, is_oversold: bool) -> None:
    """Critical where the platform sells what is not there."""
    if not _open(level):
        severity = Severity.CRITICAL if is_oversold else Severity.MEDIUM
        open_alert(level, Alert(AlertKind.DRIFT, severity), timezone.now())


def close_drift_alert(*, level: StockLevel) -> None:
    for alert in _open(level):
        close_alert(alert, level, timezone.now())


def _open(level: StockLevel) -> list[StockAlert]:
    rows = StockAlert.objects.still_open().filter(level=level, kind=AlertKind.DRIFT.value)
    return list(rows.select_for_update())
