"""Questions asked of stock."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.querysets import OwnedQuerySet
from catalog.kits.models import KitComponent

if TYPE_CHECKING:
    from inventory.models import Reservation, StockLevel, StockMovement  # noqa: F401 # in base classes, as text

IS_LOW = Q(available_units__lte=0) | Q(available_units__lte=F("low_at") - F("incoming"))


class StockLevelQuerySet(OwnedQuerySet["StockLevel"]):
    def locked(self) -> Self:
        """Rows locked in the one shared order, so that two callers cannot deadlock."""
        return self.select_for_update().order_by("pk")

    def change(self, **values: Any) -> int:
        """Update the rows and say when; returns how many there were."""
        return self.update(**values, updated_at=timezone.now())

    def to_check(self) -> Self:
        """Changed since alerts were last looked at, or its sellable or warehouse was."""
        return self.filter(
            Q(checked_at=None)
            | Q(checked_at__lt=F("updated_at"))
            | Q(checked_at__lt=F("sellable__updated_at"))
            | Q(checked_at__lt=F("warehouse__updated_at"))
        )

    def with_kits(self) -> Self:
        """Whether it is of a kit, which has no stock of its own."""
        parts = KitComponent.objects.filter(kit=OuterRef("sellable"))
        return self.annotate(is_kit=Exists(parts))

    def with_available(self) -> Self:
        return self.annotate(available_units=F("on_hand") - F("reserved"))

    def running_low(self) -> Self:
        """Out, or at or below the reorder point with what is on its way; worst first."""
        return (
            self.with_available()
            .filter(IS_LOW, warehouse__is_active=True)
            .order_by("available_units", "pk")
        )

    def search(self, text: str) -> Self:
        """Every word in SKU or title, or the whole barcode."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(sellable__sku__icontains=word)
                | Q(sellable__title__icontains=word)
                | Q(sellable__product__title__icontains=word)
                | Q(sellable__barcode=word)
            )
        return found

    def after(self, sku: str, pk: int) -> Self:
        """Behind this place where rows stand by SKU."""
        return self.filter(Q(sellable__sku__gt=sku) | Q(sellable__sku=sku, pk__gt=pk))

    def before(self, sku: str, pk: int) -> Self:
        return self.filter(Q(sellable__sku__lt=sku) | Q(sellable__sku=sku, pk__lt=pk))

    def well_stocked(self) -> Self:
        """Every row that `running_low` leaves out."""
        return self.with_available().exclude(IS_LOW & Q(warehouse__is_active=True))


class ReservationQuerySet(OwnedQuerySet["Reservation"]):
    def still_open(self) -> Self:
        return self.filter(state="open")

    def expired(self, now: datetime) -> Self:
        """Open past their time."""
        return self.still_open().filter(expires_at__lte=now)

    def held_for(self, reference: str) -> Self:
        return self.filter(reference=reference)


class StockMovementQuerySet(OwnedQuerySet["StockMovement"]):
    def of(self, sellable_id: int, warehouse_id: int) -> Self:
        return self.filter(sellable_id=sellable_id, warehouse_id=warehouse_id)

    def returned(self) -> Self:
        """Units that came back of a shipment."""
        return self.filter(kind="return")

    def of_shipment(self, reference: str) -> Self:
        """Of returns, which bear the shipment and their own reference."""
        return self.filter(reference__startswith=f"{reference}/")
