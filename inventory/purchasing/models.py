"""Who sells to us, what was ordered from them, and what of it has arrived."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.querysets import OwnedQuerySet
from catalog.models import CURRENCY
from inventory.purchasing.querysets import PurchaseLineQuerySet, PurchaseOrderQuerySet
from shipping_project.kernel.models import Timestamped
from shipping_project.kernel.money import Money

LONGEST_LEAD_DAYS = 365


class Supplier(Timestamped):
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True, default="")
    currency = models.CharField(max_length=3, default="USD", validators=[CURRENCY])
    lead_time_days = models.PositiveSmallIntegerField(
        "lead time (days)",
        default=7,
        validators=[MaxValueValidator(LONGEST_LEAD_DAYS)],
        help_text="From order to arrival.",
    )
    minimum_units = models.PositiveIntegerField(
        default=0, help_text="Fewest units of one order; 0: any."
    )
    is_active = models.BooleanField(default=True)

    objects: ClassVar = OwnedQuerySet["Supplier"].as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], name="one_supplier_per_name_and_organization"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SupplierItem(models.Model):
    """From whom a sellable is bought, one supplier each."""

    organization_path: ClassVar[str] = "supplier__organization"

    supplier = models.ForeignKey(Supplier, on_delete=models.CASCADE, related_name="items")
    sellable = models.OneToOneField(
        "catalog.Sellable", on_delete=models.CASCADE, related_name="supply"
    )
    supplier_sku = models.CharField("their SKU", max_length=64, blank=True, default="")
    unit_cost = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(0)],
        help_text="Of one unit, in the supplier's currency.",
    )
    minimum_units = models.PositiveIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text="Fewest units of it in one order."
    )

    objects: ClassVar = OwnedQuerySet["SupplierItem"].as_manager()

    class Meta:
        ordering = ["sellable__sku"]

    def __str__(self) -> str:
        return f"{self.sellable.sku} from {self.supplier.name}"


class PurchaseState(models.TextChoices):
    DRAFT = "draft", "Draft"
    ORDERED = "ordered", "Ordered"
    PART_RECEIVED = "part_received", "Part received"
    RECEIVED = "received", "Received"
    CANCELLED = "cancelled", "Cancelled"


class PurchaseOrder(Timestamped):
    """Written by `inventory.purchasing.services` alone. `currency` is the supplier's of then."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="orders")
    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, related_name="purchases"
    )
    state = models.CharField(
        max_length=15, choices=PurchaseState.choices, default=PurchaseState.DRAFT
    )
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=200, blank=True, default="")
    drafted_by = models.CharField(max_length=120, blank=True, default="")
    ordered_at = models.DateTimeField(null=True, blank=True)
    expected_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PurchaseOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "-id"], name="purchase_by_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"PO-{self.pk:06}"

    @property
    def cost(self) -> Money:
        total = sum((line.cost for line in self.lines.all()), Decimal("0.00"))
        return Money(total, self.currency)


class PurchaseLine(models.Model):
    organization_path: ClassVar[str] = "order__organization"
    warehouse_path: ClassVar[str] = "order__warehouse"

    order = models.ForeignKey(PurchaseOrder, on_delete=models.CASCADE, related_name="lines")
    sellable = models.ForeignKey(
        "catalog.Sellable", on_delete=models.PROTECT, related_name="purchases"
    )
    quantity = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    unit_cost = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )

    objects: ClassVar = PurchaseLineQuerySet.as_manager()

    class Meta:
        ordering = ["order_id", "sellable__sku"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "sellable"], name="one_line_per_purchase_and_sellable"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="purchase_of_something"),
            models.CheckConstraint(
                condition=Q(received__lte=F("quantity")), name="never_received_beyond_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sellable.sku}"

    @property
    def outstanding(self) -> int:
        return self.quantity - self.received

    @property
    def cost(self) -> Decimal:
        return self.unit_cost * self.quantity


class GoodsReceipt(models.Model):
    """What arrived at once; never changed. A repeat of its reference finds it."""

    organization_path: ClassVar[str] = "order__organization"
    warehouse_path: ClassVar[str] = "order__warehouse"

    order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, related_name="receipts")
    reference = models.CharField(max_length=40)
    units = models.JSONField(help_text="By the id of the sellable.")
    actor = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = OwnedQuerySet["GoodsReceipt"].as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "reference"], name="one_receipt_per_purchase_and_reference"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference} of {self.order.number}"

    @property
    def total(self) -> int:
        return sum(self.units.values())
