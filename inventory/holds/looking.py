"""An alert where promised units come free soon, so that somebody can go on in time."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from inventory.alerts.looking import close_alert, open_alert
from inventory.models import Reservation, StockAlert, StockLevel
from inventory.rules.alerts import Alert, AlertKind, Severity

SOON = timedelta(hours=1)
EXPIRING = Alert(AlertKind.EXPIRING, Severity.MINOR)
BATCH = 500


def look_at_expiring() -> int:
    """Open and close what is due; returns how many alerts moved."""
    try:
        return _look()
    except IntegrityError:
        # Another look opened one this very moment; the next look sees it.
        return 0


@transaction.atomic
def _look() -> int:
    now = timezone.now()
    ending = Reservation.objects.still_open().filter(
        expires_at__lte=now + SOON,
        sellable=OuterRef("sellable"),
        warehouse=OuterRef("warehouse"),
    )
    alerts = StockAlert.objects.still_open().filter(kind=AlertKind.EXPIRING.value)
    told = alerts.filter(level=OuterRef("pk"))
    levels = StockLevel.objects.select_related("sellable__organization", "warehouse")
    new = levels.filter(Exists(ending)).exclude(Exists(told)).order_by("pk")[:BATCH]
    over = levels.filter(Exists(told)).exclude(Exists(ending)).order_by("pk")[:BATCH]
    moved = sum(open_alert(level, EXPIRING, now) for level in list(new))
    for level in list(over):
        moved += close_alert(alerts.get(level=level), level, now)
    return moved
