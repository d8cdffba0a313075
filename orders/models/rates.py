"""Prices that are known without asking: our own tables, and rates between currencies."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from carriers.models import PLATFORM_CHOICES
from catalog.fields import COUNTRY
from catalog.models import CURRENCY
from inventory.models import Warehouse
from orders.models.intake import CARRIER_CHOICES
from orders.querysets import TableRateQuerySet
from orders.rules.rate_table import TableRow, row_faults
from shipping_project.kernel.models import Timestamped

DESTINATION = RegexValidator(
    r"^[A-Z_]{2,14}$", "Give a country such as US, a group such as EU, INSIDE or LEAVING."
)


class TableRate(Timestamped):
    """One service in one band of billable weight, from where to where, for some time.

    It serves where a platform has told no price, and counts as an estimate.
    """

    organization = models.ForeignKey(
        "accounts.Organization",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty means all organizations.",
    )
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    carrier = models.CharField(max_length=10, choices=CARRIER_CHOICES)
    service_name = models.CharField(max_length=120)
    warehouse = models.ForeignKey(
        Warehouse,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty means any in the country of origin.",
    )
    origin_country = models.CharField(
        max_length=2, blank=True, default="", validators=[COUNTRY], help_text="Empty means any."
    )
    destination = models.CharField(
        max_length=14,
        blank=True,
        default="",
        validators=[DESTINATION],
        help_text="A country, a group such as EU, INSIDE or LEAVING the country of the warehouse; "
        "empty means any.",
    )
    above_g = models.PositiveIntegerField(
        "above (g)", default=0, help_text="The band of billable weight begins above so many grams."
    )
    up_to_g = models.PositiveIntegerField("up to (g)", help_text="The last gram of the band.")
    price = models.DecimalField(max_digits=12, decimal_places=2, validators=[MinValueValidator(0)])
    per_kg = models.DecimalField(
        "per kg",
        max_digits=12,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text="Added for each kilogram above the beginning of the band.",
    )
    currency = models.CharField(max_length=3, validators=[CURRENCY])
    promised_days = models.PositiveSmallIntegerField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True, help_text="First day, in UTC.")
    valid_until = models.DateField(null=True, blank=True, help_text="Last day, in UTC.")

    objects: ClassVar = TableRateQuerySet.as_manager()

    class Meta:
        ordering = ["platform", "carrier", "service_name", "destination", "above_g", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(above_g__lt=F("up_to_g")), name="rate_band_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, per_kg__gte=0), name="rate_costs_nothing_below_zero"
            ),
        ]
        indexes = [models.Index(fields=["platform", "carrier", "id"], name="table_rate_service")]

    def __str__(self) -> str:
        return f"{self.service_name} above {self.above_g} g: {self.price} {self.currency}"

    def clean(self) -> None:
        # Told already where one of its numbers is missing or cannot be read.
        if None in (self.above_g, self.up_to_g, self.price):
            return
        if faults := row_faults(self.as_row()):
            raise ValidationError({fault.field: fault.message for fault in faults})

    def as_row(self) -> TableRow:
        """Organization and warehouse as text, so select them along."""
        return TableRow(
            platform=self.platform,
            carrier=self.carrier,
            service=self.service_name,
            above_g=self.above_g,
            up_to_g=self.up_to_g,
            price=self.price,
            per_kg=self.per_kg,
            currency=self.currency,
            organization=self.organization.slug if self.organization else "",
            warehouse=self.warehouse.code if self.warehouse else "",
            origin=self.origin_country,
            destination=self.destination,
            days=self.promised_days,
            valid_from=self.valid_from.isoformat() if self.valid_from else "",
            valid_until=self.valid_until.isoformat() if self.valid_until else "",
        )


class CurrencyRate(Timestamped):
    """What one unit of `base` buys of `quote` on a day. What is corrected has an audit entry."""

    base = models.CharField(max_length=3, validators=[CURRENCY])
    quote = models.CharField(max_length=3, validators=[CURRENCY])
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    day = models.DateField(help_text="The day that it is of.")
    source = models.CharField(max_length=80, help_text="Who said so, such as ECB.")
    entered_by = models.CharField(max_length=120, blank=True, default="", editable=False)

    class Meta:
        ordering = ["-day", "base", "quote"]
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "day"], name="one_rate_a_pair_a_day"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="currency_rate_above_zero"),
            models.CheckConstraint(condition=~Q(base=F("quote")), name="two_currencies"),
        ]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate.normalize():f} {self.quote} of {self.day}"


class LaneRate(models.Model):
    """What a platform last asked for a service on a lane: origin, destination, weight and size.

    Written whenever prices come in, so that a decision finds them without asking again.
    """

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    lane = models.CharField(max_length=120)
    carrier = models.CharField(max_length=20)
    service_name = models.CharField(max_length=120)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    delivery_days = models.PositiveSmallIntegerField(null=True, blank=True)
    fetched_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["lane", "price", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lane", "platform", "carrier", "service_name"],
                name="one_price_a_lane_and_service",
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="lane_rate_expiry")]

    def __str__(self) -> str:
        return f"{self.service_name} {self.price} {self.currency}"
