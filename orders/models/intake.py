"""The order as it came in, its lines, and everything that happened to it."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from carriers.contracts import CarrierCode
from catalog.models import CURRENCY, Sellable
from orders.querysets import (
    OrderEventQuerySet,
    OrderLineQuerySet,
    OrderPartQuerySet,
    OrderQuerySet,
)
from orders.rules.states import FINAL_ORDER_STATES, OrderState
from shipping_project.kernel.models import Timestamped
from shipping_project.kernel.money import Money
from shipping_project.kernel.postal import PostalAddress

CARRIER_CHOICES = [(carrier.value, carrier.value) for carrier in CarrierCode]
ORDER_STATE_CHOICES = [(s.value, s.value.replace("_", " ").capitalize()) for s in OrderState]
FINAL_VALUES = sorted(state.value for state in FINAL_ORDER_STATES)


class OrderSource(models.TextChoices):
    API = "api", "API"
    WEB = "web", "Web form"
    PASTE = "paste", "Pasted text"
    CSV = "csv", "CSV file"
    PLATFORM = "platform", "Pulled from a platform"


class Order(Timestamped):
    """One customer's order. Only `orders.services.progress` moves `state`."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    number = models.CharField(
        max_length=20, unique=True, help_text="Ours, printed on labels and searched for."
    )
    source = models.CharField(max_length=10, choices=OrderSource.choices)
    external_ref = models.CharField(
        max_length=100, help_text="The sender's own number; a repeat returns the first order."
    )
    state = models.CharField(
        max_length=16, choices=ORDER_STATE_CHOICES, default=OrderState.RECEIVED.value
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        help_text="The order that it is a part of.",
    )
    part_count = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="In how many orders it was split."
    )
    name = models.CharField(max_length=100)
    company = models.CharField(max_length=100, blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    address_1 = models.CharField(max_length=120)
    address_2 = models.CharField(max_length=120, blank=True, default="")
    city = models.CharField(max_length=80, blank=True, default="")
    region = models.CharField("state or province", max_length=80, blank=True, default="")
    postal_code = models.CharField(max_length=16, blank=True, default="")
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3, default="USD", validators=[CURRENCY])
    total = models.DecimalField(
        max_digits=12, decimal_places=2, default=0, help_text="Sum of the lines."
    )
    requested_carrier = models.CharField(
        max_length=10,
        choices=CARRIER_CHOICES,
        blank=True,
        default="",
        help_text="A carrier picked by a person wins over every rule.",
    )
    requested_service = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text="In the sender's words."
    )
    channel = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text="The shop or marketplace that it was sold in.",
    )
    tags = models.JSONField(
        default=list,
        blank=True,
        db_default=models.Value([], models.JSONField()),
        help_text="Put on it by rules.",
    )
    assignee = models.CharField(
        max_length=150,
        blank=True,
        default="",
        db_default="",
        help_text="The user's name of who looks after it.",
    )
    customer_tags = models.JSONField(
        default=list, blank=True, db_default=models.Value([], models.JSONField())
    )
    is_residential = models.BooleanField(
        null=True, blank=True, help_text="As the sender says; empty is not known."
    )
    note = models.TextField(blank=True, default="")
    findings = models.JSONField(default=list, blank=True)
    attention_code = models.CharField(max_length=60, blank=True, default="")
    attention_detail = models.TextField(blank=True, default="")
    hold_reason = models.CharField(max_length=200, blank=True, default="")
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True, default="")
    placed_at = models.DateTimeField(default=timezone.now)
    ship_by = models.DateTimeField(
        null=True, blank=True, help_text="Latest hand-over to the carrier that keeps the promise."
    )
    deliver_by = models.DateField(
        null=True, blank=True, help_text="The day on which it is promised to arrive."
    )

    objects: ClassVar = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "external_ref"],
                name="one_order_per_external_reference",
            ),
            models.CheckConstraint(condition=~Q(external_ref=""), name="order_has_a_reference"),
            models.CheckConstraint(
                condition=Q(part_count=0) | Q(parent=None), name="no_parts_of_parts"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in OrderState]), name="order_state_is_known"
            ),
        ]
        indexes = [
            # Lists: newest first inside one organization.
            models.Index(fields=["organization", "-id"], name="order_org_newest"),
            models.Index(fields=["state", "id"], name="order_state"),
            models.Index(fields=["updated_at", "id"], name="order_changed"),
            # Figures by the day on which orders were placed.
            models.Index(fields=["placed_at"], name="order_placed"),
            # The deadline queue: what is open and due.
            models.Index(
                fields=["ship_by"], condition=~Q(state__in=FINAL_VALUES), name="order_open_due"
            ),
            # What a person searches by, whatever the capitals.
            models.Index(Upper("external_ref"), name="order_external_ref_upper"),
            models.Index(Upper("email"), name="order_email_upper"),
            models.Index(Upper("postal_code"), name="order_postal_code_upper"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def address(self) -> PostalAddress:
        return PostalAddress(
            name=self.name,
            company=self.company,
            phone=self.phone,
            email=self.email,
            address_1=self.address_1,
            address_2=self.address_2,
            city=self.city,
            state=self.region,
            postal_code=self.postal_code,
            country=self.country,
        )

    @property
    def parent_number(self) -> str:
        return "" if self.parent_id is None else self.number.rpartition("-")[0]

    @property
    def part_numbers(self) -> list[str]:
        return [f"{self.number}-{place}" for place in range(1, self.part_count + 1)]

    @property
    def lane(self) -> str:
        return f"order:{self.pk}"


class OrderLine(models.Model):
    """Units of one sellable at the price the customer paid for one."""

    organization_path: ClassVar[str] = "order__organization"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    sellable = models.ForeignKey(Sellable, on_delete=models.PROTECT, related_name="order_lines")
    sku = models.CharField("SKU", max_length=64)
    title = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(
        max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    short_quantity = models.PositiveIntegerField(
        default=0, help_text="Units missing when the order was last backordered."
    )

    objects: ClassVar = OrderLineQuerySet.as_manager()

    class Meta:
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="line_position_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="line_price_not_negative"),
        ]
        indexes = [models.Index(Upper("sku"), name="line_sku_upper")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def value(self) -> Money:
        return Money(self.unit_price * self.quantity, self.order.currency)


class IntakeRecord(models.Model):
    """What arrived from a source under one reference, and how often it was repeated."""

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    source = models.CharField(max_length=10, choices=OrderSource.choices)
    external_ref = models.CharField(max_length=100)
    body_digest = models.CharField(max_length=64, help_text="SHA-256 of the draft as understood.")
    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="intake")
    received_by = models.CharField(max_length=120, blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)
    repeats = models.PositiveIntegerField(default=0)

    objects: ClassVar = OrderPartQuerySet["IntakeRecord"].as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "source", "external_ref"], name="one_intake_per_reference"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.external_ref}"


class OrderEvent(models.Model):
    """One line of an order's story; never changed or deleted."""

    organization_path: ClassVar[str] = "order__organization"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    actor = models.CharField(max_length=120, blank=True, default="")
    state_from = models.CharField(max_length=16, blank=True, default="")
    state_to = models.CharField(max_length=16, blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True, default="")

    objects: ClassVar = OrderEventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["order", "id"], name="order_event_story")]

    def __str__(self) -> str:
        return self.message
