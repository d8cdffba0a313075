"""Money spent on labels: a line for every cent, written once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.shipping import Package, PurchaseIntent
from orders.querysets import LedgerLineQuerySet
from shipping_project.kernel.money import Money


class LedgerKind(models.TextChoices):
    QUOTED = "quoted", "Quoted"
    BOUGHT = "bought", "Bought"
    REFUNDED = "refunded", "Refunded"
    ADJUSTED = "adjusted", "Adjusted"


class LedgerSealed(TypeError):
    """A line of the ledger is corrected by another line, never changed."""


class LedgerLine(models.Model):
    """One movement of money for a package: what is spent counts plus, what comes back minus.

    A quoted price moves nothing. `amount` is NULL where a label was sold and its price not told.
    `upstream_ref` is the platform's number of what moved the money: the label, or the record of a
    refund or surcharge. `matched_ref` is its record of this line, once the two were compared.
    """

    organization_path: ClassVar[str] = "package__shipment__order__organization"
    warehouse_path: ClassVar[str] = "package__shipment__warehouse"

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="ledger")
    intent = models.ForeignKey(
        PurchaseIntent, on_delete=models.PROTECT, null=True, blank=True, related_name="ledger"
    )
    kind = models.CharField(max_length=8, choices=LedgerKind.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    upstream_ref = models.CharField(max_length=64, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    matched_ref = models.CharField(max_length=64, blank=True, default="")
    matched_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = LedgerLineQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["intent"], condition=Q(kind="quoted"), name="one_quoted_line_per_intent"
            ),
            models.UniqueConstraint(
                fields=["package", "kind", "upstream_ref"],
                condition=~Q(kind="quoted"),
                name="one_line_per_movement",
            ),
            models.CheckConstraint(
                condition=Q(kind="bought", amount__isnull=True, currency="")
                | (Q(amount__isnull=False) & ~Q(currency="")),
                name="amount_with_its_currency",
            ),
            models.CheckConstraint(
                condition=~Q(kind="refunded") | Q(amount__lt=Decimal(0)),
                name="refund_comes_back",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="ledger_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.money or 'without a price'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise LedgerSealed("a line of the ledger cannot be changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise LedgerSealed("a line of the ledger cannot be removed")

    @property
    def money(self) -> Money | None:
        return None if self.amount is None else Money(self.amount, self.currency)
