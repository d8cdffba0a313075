"""Questions asked of stock alerts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Case, IntegerField, Q, Value, When

from accounts.querysets import OwnedQuerySet
from inventory.rules.alerts import Severity

if TYPE_CHECKING:
    from inventory.alerts.models import StockAlert  # noqa: F401 # as text

URGENT = (Severity.CRITICAL.value, Severity.HIGH.value)


class StockAlertQuerySet(OwnedQuerySet["StockAlert"]):
    def still_open(self) -> Self:
        return self.filter(closed_at=None)

    def not_muted(self, now: datetime) -> Self:
        return self.filter(Q(muted_until=None) | Q(muted_until__lte=now))

    def worst_first(self) -> Self:
        ranks = [When(severity=one.value, then=Value(n)) for n, one in enumerate(Severity)]
        rank = Case(*ranks, output_field=IntegerField())
        return self.annotate(rank=rank).order_by("rank", "available", "id")

    def to_mail(self, now: datetime) -> Self:
        """Urgent, and nobody was written to yet."""
        urgent = self.still_open().not_muted(now).filter(mailed_at=None)
        return urgent.filter(severity__in=URGENT, acknowledged_at=None)
