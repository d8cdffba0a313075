"""What is sold, how heavy and how big it is, and under which id each platform lists it."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from carriers.contracts import Danger
from carriers.models import PLATFORM_CHOICES
from catalog.fields import COUNTRY, HS_CODE, CodesField, TagsField
from catalog.kits.models import KitComponent as KitComponent
from catalog.querysets import PlatformListingQuerySet, ProductQuerySet, SellableQuerySet
from catalog.sync.models import CatalogRun as CatalogRun
from catalog.sync.models import CatalogSchedule as CatalogSchedule
from catalog.sync.models import FieldMaster as FieldMaster
from catalog.sync.models import ListedIssue as ListedIssue
from catalog.sync.models import SyncConflict as SyncConflict
from shipping_project.kernel.models import Timestamped
from shipping_project.kernel.money import Money

CURRENCY = RegexValidator(r"^[A-Z]{3}$", "Give an ISO 4217 code such as USD.")
UN_NUMBER = RegexValidator(r"^UN\d{4}$", "Give a UN number such as UN3480.")
WEB_LINK = RegexValidator(
    r"^https?://[^\s<>\"'\x00-\x1f]+\Z", "Give a link that starts with https://."
)


class Product(Timestamped):
    """What a customer calls one product; its sellables are the versions with a SKU."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    title = models.CharField(max_length=200)
    brand = models.CharField(max_length=80, blank=True, default="")
    category = models.CharField(max_length=80, blank=True, default="")
    tags = TagsField(db_default=[])
    is_active = models.BooleanField(default=True)

    objects: ClassVar = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title


class Sellable(Timestamped):
    """One SKU. Weight is grams of one unit as packed; sizes are millimetres."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="sellables")
    sku = models.CharField("SKU", max_length=64)
    title = models.CharField(max_length=200)
    barcode = models.CharField(max_length=32, blank=True, default="")
    price = models.DecimalField(
        max_digits=12, decimal_places=2, validators=[MinValueValidator(0)], help_text="One unit."
    )
    cost = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    currency = models.CharField(max_length=3, default="USD", validators=[CURRENCY])
    cost_currency = models.CharField(
        max_length=3,
        blank=True,
        default="",
        db_default="",
        validators=[CURRENCY],
        help_text="Empty where it is that of the price.",
    )
    weight_g = models.PositiveIntegerField("weight (g)", validators=[MinValueValidator(1)])
    length_mm = models.PositiveIntegerField("length (mm)", validators=[MinValueValidator(1)])
    width_mm = models.PositiveIntegerField("width (mm)", validators=[MinValueValidator(1)])
    height_mm = models.PositiveIntegerField("height (mm)", validators=[MinValueValidator(1)])
    hs_code = models.CharField(
        "HS code", max_length=10, blank=True, default="", validators=[HS_CODE]
    )
    origin_country = models.CharField(
        max_length=2, blank=True, default="", validators=[COUNTRY], help_text="Where it was made."
    )
    hs_codes = CodesField("HS codes by destination", db_default={})
    customs_description = models.CharField(max_length=120, blank=True, default="")
    contains_liquids = models.BooleanField(default=False, db_default=False)
    contains_battery_pi966 = models.BooleanField(
        "lithium ion batteries, packed by themselves",
        default=False,
        db_default=False,
        help_text="Packing instruction 966.",
    )
    contains_battery_pi967 = models.BooleanField(
        "lithium ion batteries, in equipment",
        default=False,
        db_default=False,
        help_text="Packing instruction 967.",
    )
    un_number = models.CharField(
        "UN number",
        max_length=6,
        blank=True,
        default="",
        db_default="",
        validators=[UN_NUMBER],
        help_text="Of any other dangerous goods.",
    )
    image_url = models.CharField(
        "image link", max_length=500, blank=True, default="", db_default="", validators=[WEB_LINK]
    )
    is_active = models.BooleanField(default=True)

    objects: ClassVar = SellableQuerySet.as_manager()

    class Meta:
        ordering = ["sku", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sku"], name="one_sellable_per_sku_and_organization"
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="sellable_has_a_sku"),
            models.CheckConstraint(condition=Q(price__gte=0), name="sellable_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} · {self.title}"

    @property
    def export_gaps(self) -> list[str]:
        """The fields without which it cannot cross a border."""
        return [name for name in ("hs_code", "origin_country") if not getattr(self, name)]

    @property
    def cost_money(self) -> Money:
        return Money(self.cost, self.cost_currency or self.currency)

    @property
    def dangers(self) -> tuple[Danger, ...]:
        told = {
            Danger.LIQUID: self.contains_liquids,
            Danger.BATTERY_PI966: self.contains_battery_pi966,
            Danger.BATTERY_PI967: self.contains_battery_pi967,
            Danger.OTHER: bool(self.un_number),
        }
        return tuple(danger for danger, is_there in told.items() if is_there)

    def hs_code_for(self, country: str) -> str:
        """The code of that country's tariff, where it has one of its own."""
        return str(self.hs_codes.get(country, self.hs_code))


class PlatformListing(Timestamped):
    """The id under which a platform lists a sellable."""

    organization_path: ClassVar[str] = "sellable__organization"

    sellable = models.ForeignKey(Sellable, on_delete=models.CASCADE, related_name="listings")
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    external_ref = models.CharField(max_length=64)
    parent_ref = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="The platform's id of the product that it belongs to there.",
    )
    agreed = models.JSONField(
        null=True, blank=True, help_text="Values that both sides were last agreed on."
    )
    ahead = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="Groups of fields in which ours is newer.",
    )
    compared_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty until looked at for what to tell the platform."
    )
    told = models.JSONField(
        null=True, blank=True, help_text="Values last told, and those that they were to replace."
    )
    tell_error = models.CharField(max_length=60, blank=True, default="", db_default="")
    seen_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when the platform does not list it any more."
    )

    objects: ClassVar = PlatformListingQuerySet.as_manager()

    class Meta:
        ordering = ["sellable__sku", "platform"]
        constraints = [
            models.UniqueConstraint(
                fields=["sellable", "platform"], name="one_listing_per_sellable_and_platform"
            )
        ]
        indexes = [models.Index(fields=["platform", "external_ref"], name="listing_by_ref")]

    def __str__(self) -> str:
        return f"{self.sellable.sku} at {self.get_platform_display()}"

    @property
    def agreed_values(self) -> dict[str, str | int]:
        """Nothing before the first reading."""
        return self.agreed or {}
