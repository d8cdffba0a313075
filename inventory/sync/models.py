"""Stock at the platforms: what they say, what they were told, and what nobody explains."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from carriers.choices import PLATFORM_CHOICES
from catalog.sync.paged import PagedRun
from catalog.sync.scheduling import LONGEST_INTERVAL, ReadingSchedule
from inventory.sync.querysets import (
    KitCountQuerySet,
    PlatformSaleQuerySet,
    PlatformStockQuerySet,
    StockDriftQuerySet,
    StockRunQuerySet,
)


class PlatformStock(models.Model):
    """One stock number as a platform has it, beside ours: a listing in a warehouse known there.

    `expected` is what the platform should say: the number both last agreed on, less what it took
    off itself since. `telling` was sent, and its answer not seen.
    """

    organization_path: ClassVar[str] = "level__sellable__organization"
    warehouse_path: ClassVar[str] = "level__warehouse"

    listing = models.ForeignKey(
        "catalog.PlatformListing", on_delete=models.CASCADE, related_name="stock"
    )
    link = models.ForeignKey(
        "inventory.WarehouseLink", on_delete=models.CASCADE, related_name="stock"
    )
    level = models.ForeignKey(
        "inventory.StockLevel", on_delete=models.CASCADE, related_name="at_platforms"
    )
    physical = models.IntegerField(null=True, blank=True, help_text="As last read or answered.")
    allocated = models.IntegerField(default=0, help_text="To its own orders, as last read.")
    is_infinite = models.BooleanField("infinite", default=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    expected = models.IntegerField(null=True, blank=True)
    first_agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    lines = models.JSONField(
        default=list, blank=True, help_text="Why theirs changed since it was agreed on."
    )
    explained = models.CharField(
        max_length=500, blank=True, default="", help_text="The last difference that was explained."
    )
    rest = models.IntegerField(default=0, help_text="What the last reading left unexplained.")
    rest_since = models.DateTimeField(null=True, blank=True)
    rest_met = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text="How often the same was left over though something was sold meanwhile.",
    )
    look_again_at = models.DateTimeField(null=True, blank=True)
    telling = models.IntegerField(null=True, blank=True)
    told = models.IntegerField(null=True, blank=True, help_text="As last told and answered.")
    told_at = models.DateTimeField(null=True, blank=True)
    set_at = models.DateTimeField(
        null=True, blank=True, help_text="When that was set, by the platform's clock."
    )
    tell_error = models.CharField(max_length=60, blank=True, default="")
    wanted = models.IntegerField(
        null=True, blank=True, help_text="What the newest command is to tell."
    )
    version = models.PositiveIntegerField(default=0, help_text="Of the newest command.")
    compared_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty until looked at for what to tell the platform."
    )

    objects: ClassVar = PlatformStockQuerySet.as_manager()

    class Meta:
        ordering = ["level__sellable__sku", "link"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "link"], name="one_platform_stock_per_listing_and_warehouse"
            )
        ]
        indexes = [
            models.Index(
                fields=["look_again_at"],
                condition=Q(look_again_at__isnull=False),
                name="platform_stock_look_again",
            )
        ]

    def __str__(self) -> str:
        level = self.level
        place = self.link.get_platform_display()
        return f"{level.sellable.sku} in {level.warehouse.code} at {place}"

    @property
    def available(self) -> int | None:
        """What the platform sells; it may have sold more than lies there."""
        return None if self.physical is None else self.physical - self.allocated


class DriftState(models.TextChoices):
    OPEN = "open", "Open"
    OURS = "ours", "Ours was kept"
    THEIRS = "theirs", "Theirs was taken"
    COUNTED = "counted", "Counted"
    HEALED = "healed", "Agreed by itself"


class StockDrift(models.Model):
    """A difference that nothing explains; neither number is written until a person decides."""

    organization_path: ClassVar[str] = "stock__level__sellable__organization"
    warehouse_path: ClassVar[str] = "stock__level__warehouse"
    # Of rows that were read `with_kits`.
    is_kit: bool

    stock = models.ForeignKey(PlatformStock, on_delete=models.CASCADE, related_name="drifts")
    ours = models.IntegerField(help_text="What the platform should hold by our numbers.")
    theirs = models.IntegerField(help_text="What it holds.")
    rest = models.IntegerField(help_text="What nothing explains.")
    lines = models.JSONField(default=list, blank=True, help_text="What explains the others.")
    state = models.CharField(
        max_length=10, choices=DriftState.choices, default=DriftState.OPEN.value
    )
    found_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True, default="")

    objects: ClassVar = StockDriftQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stock"], condition=Q(state="open"), name="one_open_drift_per_stock"
            )
        ]

    def __str__(self) -> str:
        return f"{self.rest:+d} of {self.stock}"


class PlatformSale(models.Model):
    """Units of an order of the platform's own shops, and how far they are held or gone here."""

    organization_path: ClassVar[str] = "level__sellable__organization"
    warehouse_path: ClassVar[str] = "level__warehouse"

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    order_ref = models.CharField(max_length=64)
    number = models.CharField(max_length=64, blank=True, default="")
    level = models.ForeignKey(
        "inventory.StockLevel", on_delete=models.PROTECT, related_name="sales_at_platforms"
    )
    is_in_kit = models.BooleanField(
        "in a kit", default=False, help_text="Components of a kit that was sold there as one."
    )
    allocated = models.PositiveIntegerField(default=0, help_text="Promised there.")
    shipped = models.PositiveIntegerField(default=0, help_text="Gone there.")
    held = models.PositiveIntegerField(default=0, help_text="Of the promised, reserved here.")
    taken = models.PositiveIntegerField(default=0, help_text="Of the gone, off our ledger.")
    holds = models.PositiveIntegerField(default=0, help_text="How many reservations it had.")
    changed_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = PlatformSaleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "order_ref", "level", "is_in_kit"],
                name="one_sale_per_order_and_level",
            ),
            models.CheckConstraint(
                condition=Q(held__lte=F("allocated"), taken__lte=F("shipped")),
                name="sale_held_and_taken_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.order_ref} at {self.get_platform_display()}"

    @property
    def short(self) -> int:
        """Units sold there that we could not hold or had not any more."""
        return self.allocated - self.held + self.shipped - self.taken

    @property
    def reference(self) -> str:
        """Of its newest reservation: one for each row and hold, so that none ever comes twice."""
        return f"{self.platform}-{self.order_ref[:24]}-{self.pk}-{self.holds}"


class KitCount(models.Model):
    """Kits that one order takes off a platform's own number of the kit.

    Here its components are held, so no reservation and no sale says so.
    """

    organization_path: ClassVar[str] = "level__sellable__organization"
    warehouse_path: ClassVar[str] = "level__warehouse"

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    is_sale = models.BooleanField("sale there", help_text="An order of the platform's own shops.")
    reference = models.CharField(
        max_length=64, help_text="Of our reservations, or the platform's id of a sale there."
    )
    level = models.ForeignKey(
        "inventory.StockLevel", on_delete=models.CASCADE, related_name="kits_at_platforms"
    )
    allocated = models.PositiveIntegerField(default=0, help_text="Promised there.")
    held = models.PositiveIntegerField(
        default=0, help_text="Of the promised, those whose components are all reserved here."
    )
    shipped = models.PositiveIntegerField(default=0, help_text="Gone there.")

    objects: ClassVar = KitCountQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "reference", "level", "is_sale"],
                name="one_kit_count_per_order_and_level",
            ),
            models.CheckConstraint(
                condition=Q(held__lte=F("allocated")), name="kit_count_held_within"
            ),
        ]
        indexes = [
            models.Index(fields=["level"], condition=Q(held__gt=0), name="kit_count_held"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} at {self.get_platform_display()}"


class StockRun(PagedRun):
    """One reading of a platform's stock numbers. `page` says where an interrupted run goes on.

    Every number that was seen has exactly one outcome.
    """

    known = models.PositiveIntegerField(default=0, help_text="Numbers known when it began.")
    agreed = models.PositiveIntegerField(default=0)
    to_tell = models.PositiveIntegerField(default=0, help_text="Ours is newer.")
    taken = models.PositiveIntegerField(default=0, help_text="Theirs is newer, and was taken.")
    waiting = models.PositiveIntegerField(default=0, help_text="News may still explain it.")
    drifted = models.PositiveIntegerField(default=0, help_text="Nothing explains it.")
    left_alone = models.PositiveIntegerField(
        default=0, help_text="Infinite there, or nobody's to keep in step."
    )
    unlinked = models.PositiveIntegerField(
        default=0, help_text="Of a product or warehouse that is not known here."
    )

    objects: ClassVar = StockRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform"], condition=Q(state="running"), name="one_stock_run_per_platform"
            ),
            models.CheckConstraint(
                condition=Q(
                    seen=F("agreed")
                    + F("to_tell")
                    + F("taken")
                    + F("waiting")
                    + F("drifted")
                    + F("left_alone")
                    + F("unlinked")
                ),
                name="every_stock_number_has_one_outcome",
            ),
        ]


class StockSchedule(ReadingSchedule):
    """How often a platform's stock is read by itself."""

    class Meta:
        ordering = ["platform"]
        constraints = [
            models.CheckConstraint(
                condition=Q(every_minutes__gte=1, every_minutes__lte=LONGEST_INTERVAL),
                name="stock_read_within_a_day",
            )
        ]
