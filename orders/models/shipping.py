"""Shipments, packages, the money spent on labels, and where parcels are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from carriers.contracts import Parcel, TrackingStatus
from carriers.models import PLATFORM_CHOICES
from inventory.models import Warehouse
from orders.models.intake import CARRIER_CHOICES, Order
from orders.models.routing import RoutingDecision
from orders.querysets import PackageQuerySet, ShipmentQuerySet, TrackingEventQuerySet
from orders.rules.purchase import OPEN_INTENTS, PAID_INTENTS, IntentState
from orders.rules.states import ShipmentState
from shipping_project.kernel.models import Timestamped
from shipping_project.kernel.money import Money

SHIPMENT_STATE_CHOICES = [(s.value, s.value.replace("_", " ").capitalize()) for s in ShipmentState]
TRACKING_CHOICES = [(s.value, s.value.replace("_", " ").capitalize()) for s in TrackingStatus]


class Shipment(Timestamped):
    """Goods leaving one warehouse by one platform. `reference` is ours, sent to the platform."""

    organization_path: ClassVar[str] = "order__organization"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments")
    decision = models.ForeignKey(RoutingDecision, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=40, unique=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="shipments")
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    carrier = models.CharField(max_length=10, choices=CARRIER_CHOICES)
    service_name = models.CharField(max_length=120, blank=True, default="")
    incoterm = models.CharField(max_length=3, default="DDU")
    is_insured = models.BooleanField(default=False, db_default=False)
    state = models.CharField(
        max_length=12, choices=SHIPMENT_STATE_CHOICES, default=ShipmentState.REQUESTED.value
    )
    platform_ref = models.CharField(max_length=64, blank=True, default="")
    booked_at = models.DateTimeField(null=True, blank=True)
    ship_on = models.DateField(
        null=True, blank=True, help_text="The warehouse's day on which it is to be handed over."
    )
    agreed_price = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="The first price that was asked for the label, or what a person agreed to since.",
    )
    agreed_currency = models.CharField(max_length=3, blank=True, default="", db_default="")

    objects: ClassVar = ShipmentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # A second live shipment for one order would be a second label.
            models.UniqueConstraint(
                fields=["order"],
                condition=~Q(state=ShipmentState.CANCELLED.value),
                name="one_live_shipment_per_order",
            )
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="shipment_state"),
            # Lists and events of a platform name its own number alone.
            models.Index(fields=["platform_ref"], name="shipment_platform_ref"),
            # How much a warehouse has to do on the days to come.
            models.Index(fields=["warehouse", "ship_on"], name="shipment_planned"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def agreed(self) -> Money | None:
        return None if self.agreed_price is None else Money(self.agreed_price, self.agreed_currency)


class LabelState(models.TextChoices):
    NONE = "none", "No label"
    BOUGHT = "bought", "Bought"
    VOIDED = "voided", "Voided"


# The box of a shipment that its one label, and what it cost, are kept with.
LEADING = 1


class Package(Timestamped):
    """One closed box: gross grams, outer millimetres.

    A shipment has one label, of as many pages as it has boxes. It stands with the first box, and so
    does its money; the others have their own tracking number where the platform tells one.
    """

    organization_path: ClassVar[str] = "shipment__order__organization"
    warehouse_path: ClassVar[str] = "shipment__warehouse"

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="packages")
    weight_g = models.PositiveIntegerField("weight (g)")
    length_mm = models.PositiveIntegerField("length (mm)")
    width_mm = models.PositiveIntegerField("width (mm)")
    height_mm = models.PositiveIntegerField("height (mm)")
    box_name = models.CharField(
        "box",
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="Empty: made to measure.",
    )
    position = models.PositiveSmallIntegerField(
        default=LEADING,
        db_default=LEADING,
        help_text="Which of the shipment's boxes it is. The first holds the label.",
    )
    contents = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text="Units by line of the order; empty: all of it.",
    )
    contents_digest = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="SHA-256 of the order's units, weights and sizes when it was packed.",
    )
    label_state = models.CharField(
        max_length=8, choices=LabelState.choices, default=LabelState.NONE
    )
    label_ref = models.CharField(max_length=64, blank=True, default="")
    tracking_number = models.CharField(max_length=64, blank=True, default="")
    tracking_url = models.CharField(max_length=500, blank=True, default="")
    label_document_url = models.CharField(max_length=500, blank=True, default="")
    label_file = models.FileField(upload_to="labels/%Y/%m", blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True, default="")
    bought_at = models.DateTimeField(null=True, blank=True)
    tracking_status = models.CharField(
        max_length=20, choices=TRACKING_CHOICES, blank=True, default=""
    )
    next_track_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PackageQuerySet.as_manager()

    class Meta:
        ordering = ["shipment_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["label_ref", "tracking_number"],
                condition=~Q(label_ref=""),
                name="one_package_per_label",
            ),
            models.UniqueConstraint(
                fields=["shipment", "position"], name="one_package_per_position"
            ),
        ]
        indexes = [
            models.Index(fields=["tracking_number"], name="package_tracking"),
            models.Index(Upper("tracking_number"), name="package_tracking_upper"),
            models.Index(
                fields=["next_track_at"],
                condition=Q(next_track_at__isnull=False),
                name="package_to_track",
            ),
            models.Index(fields=["bought_at"], name="package_bought"),
        ]

    def __str__(self) -> str:
        return self.tracking_number or f"package {self.pk}"

    @property
    def parcel(self) -> Parcel:
        return Parcel(
            weight_g=self.weight_g,
            length_mm=self.length_mm,
            width_mm=self.width_mm,
            height_mm=self.height_mm,
        )

    @property
    def label_cost(self) -> Money | None:
        return None if self.cost is None else Money(self.cost, self.cost_currency)


INTENT_CHOICES = [
    (IntentState.PENDING.value, "Pending"),
    (IntentState.SENT.value, "Sent"),
    (IntentState.UNKNOWN.value, "Outcome unknown"),
    (IntentState.HANDED_OVER.value, "With a person"),
    (IntentState.BOUGHT.value, "Bought"),
    (IntentState.ADOPTED.value, "Found bought"),
    (IntentState.REFUSED.value, "Refused"),
    (IntentState.MISSED.value, "Proven not bought"),
]


class PurchaseIntent(models.Model):
    """The decision to spend money on one label, written before a cent moves."""

    organization_path: ClassVar[str] = "package__shipment__order__organization"
    warehouse_path: ClassVar[str] = "package__shipment__warehouse"

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="intents")
    state = models.CharField(
        max_length=12, choices=INTENT_CHOICES, default=IntentState.PENDING.value
    )
    fence = models.PositiveIntegerField(help_text="The outbox claim under which it was sent.")
    request_digest = models.CharField(max_length=64, help_text="SHA-256 of what was asked for.")
    quoted = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    service_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(state__in=[s.value for s in OPEN_INTENTS]),
                name="one_open_intent_per_package",
            ),
            models.UniqueConstraint(
                fields=["package"],
                condition=Q(state__in=[s.value for s in PAID_INTENTS]),
                name="one_paid_intent_per_package",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_name} for {self.quoted} {self.currency} ({self.state})"


class Quote(models.Model):
    """A price that a platform offered for a shipment."""

    organization_path: ClassVar[str] = "shipment__order__organization"
    warehouse_path: ClassVar[str] = "shipment__warehouse"

    shipment = models.ForeignKey(Shipment, on_delete=models.CASCADE, related_name="quotes")
    carrier = models.CharField(max_length=20)
    service_name = models.CharField(max_length=120)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    delivery_days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_chosen = models.BooleanField(default=False)
    removed_by = models.CharField(
        max_length=120, blank=True, default="", help_text="Why it was not chosen."
    )
    fetched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["shipment_id", "price", "id"]

    def __str__(self) -> str:
        return f"{self.service_name} {self.price} {self.currency}"


class TrackingEvent(models.Model):
    """One scan, as the carrier reported it; a repeat of the same scan is the same row."""

    organization_path: ClassVar[str] = "package__shipment__order__organization"
    warehouse_path: ClassVar[str] = "package__shipment__warehouse"

    package = models.ForeignKey(Package, on_delete=models.CASCADE, related_name="tracking_events")
    status = models.CharField(max_length=20, choices=TRACKING_CHOICES)
    happened_at = models.DateTimeField()
    description = models.CharField(max_length=300, blank=True, default="")
    location = models.CharField(max_length=120, blank=True, default="")
    raw_status = models.CharField(max_length=80, blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = TrackingEventQuerySet.as_manager()

    class Meta:
        ordering = ["happened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["package", "happened_at", "status", "description"],
                name="one_row_per_scan",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} at {self.happened_at:%Y-%m-%d %H:%M}"
