"""Questions asked of purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import F, Sum

from accounts.querysets import OwnedQuerySet

if TYPE_CHECKING:
    from inventory.purchasing.models import PurchaseLine, PurchaseOrder  # noqa: F401 # as text

AWAITED = ("ordered", "part_received")


class PurchaseOrderQuerySet(OwnedQuerySet["PurchaseOrder"]):
    def locked(self) -> Self:
        return self.select_for_update().order_by("pk")

    def awaited(self) -> Self:
        """Ordered, and not all of it has arrived."""
        return self.filter(state__in=AWAITED)

    def with_units(self) -> Self:
        return self.annotate(
            units=Sum("lines__quantity", default=0),
            units_received=Sum("lines__received", default=0),
        )


class PurchaseLineQuerySet(OwnedQuerySet["PurchaseLine"]):
    def awaited(self) -> Self:
        return self.filter(order__state__in=AWAITED, received__lt=F("quantity"))
