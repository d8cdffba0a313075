"""Warehouses, the units in them, what is promised to orders, and why each number changed."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from carriers.models import PLATFORM_CHOICES
from catalog.fields import COUNTRY
from catalog.models import CURRENCY, Sellable
from inventory.alerts.models import StockAlert as StockAlert
from inventory.counting.models import CountLine as CountLine
from inventory.counting.models import CountState as CountState
from inventory.counting.models import StockCount as StockCount
from inventory.purchasing.models import GoodsReceipt as GoodsReceipt
from inventory.purchasing.models import PurchaseLine as PurchaseLine
from inventory.purchasing.models import PurchaseOrder as PurchaseOrder
from inventory.purchasing.models import PurchaseState as PurchaseState
from inventory.purchasing.models import Supplier as Supplier
from inventory.purchasing.models import SupplierItem as SupplierItem
from inventory.querysets import ReservationQuerySet, StockLevelQuerySet, StockMovementQuerySet
from inventory.rules.calendar import Calendar
from inventory.rules.stock_sync import Owner
from inventory.sync.models import KitCount as KitCount
from inventory.sync.models import PlatformSale as PlatformSale
from inventory.sync.models import PlatformStock as PlatformStock
from inventory.sync.models import StockDrift as StockDrift
from inventory.sync.models import StockRun as StockRun
from inventory.sync.models import StockSchedule as StockSchedule
from inventory.transfers.models import Transfer as Transfer
from inventory.transfers.models import TransferArrival as TransferArrival
from inventory.transfers.models import TransferLine as TransferLine
from inventory.transfers.models import TransferState as TransferState
from shipping_project.kernel.models import Timestamped
from shipping_project.kernel.postal import PostalAddress


class Warehouse(Timestamped):
    """A place that ships. Stock in it belongs to the organization of the sellable."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    phone = models.CharField(max_length=20)
    email = models.EmailField()
    address_1 = models.CharField(max_length=100)
    address_2 = models.CharField(max_length=100, blank=True, default="")
    city = models.CharField(max_length=60)
    state = models.CharField(max_length=60, blank=True, default="")
    postal_code = models.CharField(max_length=12)
    country = models.CharField(max_length=2, validators=[COUNTRY])
    time_zone = models.CharField(max_length=40, default="UTC")
    is_active = models.BooleanField(default=True)
    cut_off = models.TimeField(
        null=True,
        blank=True,
        help_text="By its own clock; what comes at this time or later leaves on the next open day.",
    )
    daily_capacity = models.PositiveIntegerField(
        null=True, blank=True, help_text="Parcels it hands over on a day; empty has no limit."
    )
    closed_weekdays = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text='Such as ["SAT", "SUN"].',
    )
    holidays = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text='Days on which it is closed, such as ["2026-12-25"].',
    )
    handling_cost = models.DecimalField(
        max_digits=8,
        decimal_places=2,
        default=0,
        db_default=0,
        validators=[MinValueValidator(0)],
        help_text="What picking and packing one parcel costs there.",
    )
    handling_currency = models.CharField(
        max_length=3, default="USD", db_default="USD", validators=[CURRENCY]
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"

    @property
    def calendar(self) -> Calendar:
        return Calendar(
            time_zone=self.time_zone,
            cut_off=self.cut_off,
            closed_weekdays=frozenset(self.closed_weekdays),
            holidays=frozenset(self.holidays),
            daily_capacity=self.daily_capacity,
        )

    @property
    def address(self) -> PostalAddress:
        return PostalAddress(
            name=self.name,
            company=self.name,
            phone=self.phone,
            email=self.email,
            address_1=self.address_1,
            address_2=self.address_2,
            city=self.city,
            state=self.state,
            postal_code=self.postal_code,
            country=self.country,
        )


OWNER_CHOICES = [
    (Owner.OURS.value, "Ours: told to the platform"),
    (Owner.PLATFORM.value, "The platform's: taken from there"),
    (Owner.NOBODY.value, "Neither: not kept in step"),
]


class WarehouseLink(models.Model):
    """The id under which a platform knows a warehouse, and whose stock numbers are right there."""

    warehouse = models.ForeignKey(Warehouse, on_delete=models.CASCADE, related_name="links")
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    external_ref = models.CharField(max_length=64)
    stock_owner = models.CharField(
        max_length=10,
        choices=OWNER_CHOICES,
        default=Owner.OURS.value,
        db_default=Owner.OURS.value,
        help_text="Whose number is right where the two differ.",
    )
    stock_buffer = models.PositiveIntegerField(
        default=0,
        db_default=0,
        help_text="Units of each SKU that the platform is not told of, unless a level says other.",
    )

    class Meta:
        ordering = ["warehouse__code", "platform"]
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "platform"], name="one_link_per_warehouse_and_platform"
            )
        ]

    def __str__(self) -> str:
        return f"{self.warehouse.code} at {self.get_platform_display()}"


class StockLevel(models.Model):
    """Units of one sellable in one warehouse. Only `inventory.services.stock` writes here."""

    organization_path: ClassVar[str] = "sellable__organization"
    # Of rows that were read `with_kits`.
    is_kit: bool

    sellable = models.ForeignKey(Sellable, on_delete=models.CASCADE, related_name="stock_levels")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="stock_levels")
    on_hand = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    incoming = models.IntegerField(
        default=0, db_default=0, help_text="Ordered from suppliers or sent from other warehouses."
    )
    low_at = models.PositiveIntegerField(
        default=10, help_text="An alert is shown when available units fall to this number."
    )
    overstock_factor = models.PositiveSmallIntegerField(
        default=10,
        db_default=10,
        help_text="Above so many times that number there is too much; 0: never.",
    )
    buffer = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Units that no platform is told of; empty: as many as its warehouse keeps back.",
    )
    checked_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When alerts were last looked at."
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar = StockLevelQuerySet.as_manager()

    class Meta:
        ordering = ["sellable__sku", "warehouse__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["sellable", "warehouse"], name="one_level_per_sellable_and_warehouse"
            ),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="reserved_not_negative"),
            models.CheckConstraint(condition=Q(incoming__gte=0), name="incoming_not_negative"),
            models.CheckConstraint(
                condition=Q(reserved__lte=F("on_hand")), name="never_reserved_beyond_on_hand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sellable.sku} in {self.warehouse.code}: {self.available} available"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def is_low(self) -> bool:
        """Out, or at or below the reorder point with what is on its way."""
        return self.available <= 0 or self.available + self.incoming <= self.low_at


class ReservationState(models.TextChoices):
    OPEN = "open", "Open"
    SHIPPED = "shipped", "Shipped"
    RELEASED = "released", "Released"


class Reservation(Timestamped):
    """Units promised to one reference (a shipment) until shipped or released."""

    organization_path: ClassVar[str] = "sellable__organization"

    reference = models.CharField(max_length=60)
    sellable = models.ForeignKey(Sellable, on_delete=models.PROTECT, related_name="reservations")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="reservations")
    quantity = models.PositiveIntegerField()
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="The units are free again then; empty: when it ends."
    )
    state = models.CharField(
        max_length=10, choices=ReservationState.choices, default=ReservationState.OPEN
    )
    counted_at = models.CharField(
        max_length=10,
        choices=PLATFORM_CHOICES,
        blank=True,
        default="",
        db_default="",
        help_text="The platform whose own numbers carry these units as well.",
    )
    allocated_there = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Units that it has allocated and still counts as there."
    )
    shipped_there = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Units that it counts as gone."
    )

    objects: ClassVar = ReservationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "sellable", "warehouse"], name="one_reservation_per_reference"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_of_something"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("allocated_there") + F("shipped_there")),
                name="counted_there_within_reservation",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sellable", "warehouse"],
                condition=Q(state="open"),
                name="reservation_open",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(state="open", expires_at__isnull=False),
                name="reservation_expiring",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sellable.sku} for {self.reference}"


class MovementKind(models.TextChoices):
    OPENING = "opening", "Opening balance"
    RECEIPT = "receipt", "Received"
    SHIPPED = "shipped", "Shipped"
    ADJUSTMENT = "adjustment", "Adjusted"
    RETURN = "return", "Returned"
    TRANSFER_OUT = "transfer_out", "Sent to another warehouse"
    TRANSFER_IN = "transfer_in", "Came from another warehouse"
    SALE = "sale", "Sold at a platform"
    PLATFORM = "platform", "Taken from a platform"


class StockMovement(models.Model):
    """One change of on-hand units; never changed or deleted."""

    organization_path: ClassVar[str] = "sellable__organization"

    sellable = models.ForeignKey(Sellable, on_delete=models.PROTECT, related_name="movements")
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=12, choices=MovementKind.choices)
    quantity = models.IntegerField(help_text="Units in (positive) or out (negative).")
    balance_after = models.IntegerField()
    reason = models.CharField(max_length=200, blank=True, default="")
    reference = models.CharField(max_length=60, blank=True, default="")
    actor = models.CharField(max_length=120, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = StockMovementQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="movement_moves_something")
        ]
        indexes = [
            models.Index(fields=["sellable", "warehouse", "id"], name="movement_ledger"),
            # The list of what came back, few among many.
            models.Index(fields=["id"], condition=Q(kind="return"), name="movement_returned"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:+d} {self.get_kind_display().lower()}"
