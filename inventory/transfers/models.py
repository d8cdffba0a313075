"""Units sent from one warehouse to another; what is on its way is incoming at the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone

from accounts.querysets import OwnedQuerySet
from shipping_project.kernel.models import Timestamped


class TransferState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ON_ITS_WAY = "on_its_way", "On its way"
    PART_ARRIVED = "part_arrived", "Part arrived"
    ARRIVED = "arrived", "Arrived"
    CANCELLED = "cancelled", "Cancelled"


IN_TRANSIT = (TransferState.ON_ITS_WAY, TransferState.PART_ARRIVED)


class TransferQuerySet(OwnedQuerySet["Transfer"]):
    def locked(self) -> Self:
        return self.select_for_update().order_by("pk")

    def in_warehouses(self, codes: Sequence[str]) -> Self:
        """Those that begin or end there."""
        if not codes:
            return self
        return self.filter(Q(source__code__in=codes) | Q(target__code__in=codes))

    def with_units(self) -> Self:
        """`units_landed` arrived or were found to be lost."""
        return self.annotate(
            units=Sum("lines__quantity", default=0),
            units_landed=Sum(F("lines__arrived") + F("lines__lost"), default=0),
        )


class TransferLineQuerySet(OwnedQuerySet["TransferLine"]):
    def in_transit(self) -> Self:
        return self.filter(transfer__state__in=IN_TRANSIT)


class Transfer(Timestamped):
    """Written by `inventory.transfers.services` alone."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    source = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, related_name="transfers_out"
    )
    target = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, related_name="transfers_in"
    )
    state = models.CharField(
        max_length=12, choices=TransferState.choices, default=TransferState.DRAFT
    )
    note = models.CharField(max_length=200, blank=True, default="")
    drafted_by = models.CharField(max_length=120, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    # Of one end; the queryset knows both.
    warehouse_path: ClassVar[str] = "target"

    objects: ClassVar = TransferQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_moves_away")
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"TR-{self.pk:06}"


class TransferLine(models.Model):
    organization_path: ClassVar[str] = "transfer__organization"
    warehouse_path: ClassVar[str] = "transfer__target"

    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="lines")
    sellable = models.ForeignKey(
        "catalog.Sellable", on_delete=models.PROTECT, related_name="transfers"
    )
    quantity = models.PositiveIntegerField()
    arrived = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)

    objects: ClassVar = TransferLineQuerySet.as_manager()

    class Meta:
        ordering = ["transfer_id", "sellable__sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "sellable"], name="one_line_per_transfer_and_sellable"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="transfer_of_something"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("arrived") + F("lost")),
                name="never_arrived_beyond_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sellable.sku}"

    @property
    def outstanding(self) -> int:
        return self.quantity - self.arrived - self.lost


class TransferArrival(models.Model):
    """What arrived at once; never changed. A repeat of its reference finds it."""

    organization_path: ClassVar[str] = "transfer__organization"
    warehouse_path: ClassVar[str] = "transfer__target"

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="arrivals")
    reference = models.CharField(max_length=40)
    units = models.JSONField(help_text="By the id of the sellable.")
    actor = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = OwnedQuerySet["TransferArrival"].as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "reference"], name="one_arrival_per_transfer_and_reference"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} of {self.transfer.number}"

    @property
    def total(self) -> int:
        return sum(self.units.values())
