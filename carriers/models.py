"""Carriers, platforms, the outbox of commands to them, and the record of every call."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from carriers.choices import PLATFORM_CHOICES as PLATFORM_CHOICES
from carriers.contracts import CarrierCode
from carriers.inbox.models import PullEntry as PullEntry
from carriers.inbox.models import PullWindow as PullWindow
from carriers.inbox.models import SetAsideRow as SetAsideRow
from carriers.inbox.models import SyncCursor as SyncCursor
from carriers.inbox.models import WebhookReceipt as WebhookReceipt
from carriers.limits import Priority
from carriers.pacing import Circuit as Circuit
from carriers.pacing import RateWindow as RateWindow
from carriers.querysets import (
    ApiCallQuerySet,
    OutboxCommandQuerySet,
    UpstreamSignatureQuerySet,
)


class Carrier(models.Model):
    """A carrier and the platform that reaches it for parcels inside one country."""

    code = models.CharField(
        max_length=10, unique=True, choices=[(c.value, c.value) for c in CarrierCode]
    )
    name = models.CharField(max_length=60)
    platform = models.CharField(
        max_length=10,
        choices=PLATFORM_CHOICES,
        help_text="Where labels of this carrier are bought for parcels that stay in one country.",
    )
    divisor_cm3_per_kg = models.PositiveIntegerField(
        "cm³ a kg",
        default=5000,
        db_default=5000,
        validators=[MinValueValidator(1)],
        help_text="Cubic centimetres that it bills as one kilogram.",
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class CarrierService(models.Model):
    """A service that a platform has offered us at least once."""

    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="services")
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    first_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["carrier__code", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["carrier", "platform", "name"], name="one_row_per_carrier_service"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_platform_display()})"


class PlatformAccount(models.Model):
    """Whether we use a platform. Keys stay in the environment and never in a row."""

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES, unique=True)
    is_enabled = models.BooleanField(
        default=True, help_text="Switched off, commands wait here and orders are still accepted."
    )
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["platform"]

    def __str__(self) -> str:
        return self.get_platform_display()


class CommandState(models.TextChoices):
    PENDING = "pending", "Pending"
    IN_FLIGHT = "in_flight", "In flight"
    UNKNOWN = "unknown", "Outcome unknown"
    STUCK = "stuck", "Waits for a person"
    DELIVERED = "delivered", "Delivered"
    REJECTED = "rejected", "Rejected"
    CANCELLED = "cancelled", "Cancelled"


FINAL_STATES = (CommandState.DELIVERED, CommandState.REJECTED, CommandState.CANCELLED)
OPEN_STATES = tuple(state for state in CommandState if state not in FINAL_STATES)


class OutboxCommand(models.Model):
    """One thing to be done at a platform, written in the transaction that decided it.

    Commands of one lane run strictly in order of id; lanes run in parallel. `fence` grows with
    every claim, so that a worker which lost its lease cannot settle what another took over.
    """

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    lane = models.CharField(max_length=60)
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    queue = models.CharField(max_length=20, default="orders")
    priority = models.PositiveSmallIntegerField(
        choices=[(p.value, p.name.title()) for p in Priority],
        default=Priority.BOOK.value,
        db_default=Priority.BOOK.value,
        help_text="What is claimed first, and who may use the last of a platform's limit.",
    )
    payload = models.JSONField(default=dict)
    state = models.CharField(
        max_length=12, choices=CommandState.choices, default=CommandState.PENDING
    )
    attempts = models.PositiveIntegerField(default=0)
    lookups = models.PositiveIntegerField(
        default=0, help_text="Times the platform was asked what became of an unknown outcome."
    )
    misses = models.PositiveIntegerField(
        default=0, help_text="Lookups in a row that found nothing."
    )
    fence = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When the call that cannot be repeated was last begun."
    )
    batch_ref = models.CharField(
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text='The platform\'s batch that it was sent in, "unanswered" while unnamed.',
    )
    is_alone = models.BooleanField(
        default=False, db_default=False, help_text="Not to be sent in a batch again."
    )
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=120, blank=True, default="")
    result = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=60, blank=True, default="")
    error_detail = models.TextField(blank=True, default="")
    signature = models.ForeignKey(
        "carriers.UpstreamSignature",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="commands",
        help_text="The group of texts that a failure belongs to when no rule knew its words.",
    )
    request_id = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OutboxCommandQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            # The worker's question: which open commands are due in my queue.
            models.Index(
                fields=["queue", "priority", "next_attempt_at", "id"],
                condition=Q(state__in=[s.value for s in OPEN_STATES]),
                name="outbox_open_due",
            ),
            # The lane's question: is anything open before me.
            models.Index(
                fields=["lane", "id"],
                condition=Q(state__in=[s.value for s in OPEN_STATES]),
                name="outbox_open_lane",
            ),
            models.Index(fields=["settled_at"], name="outbox_settled"),
            models.Index(
                fields=["signature", "id"],
                condition=Q(signature__isnull=False),
                name="outbox_signature",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.get_state_display()})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class UpstreamSignature(models.Model):
    """Failures whose words no rule knew, as one: the same text without numbers, names and dates.

    `mapped_code` is the problem that a person gave them; past and coming cases take it over.
    """

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    operation = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the pattern.")
    pattern = models.CharField(max_length=300)
    example = models.TextField(help_text="The words of the newest case, redacted.")
    raw_code = models.CharField(max_length=60)
    cases = models.PositiveIntegerField(default=0)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    mapped_code = models.CharField(max_length=60, blank=True, default="")
    mapped_by = models.CharField(max_length=120, blank=True, default="")
    mapped_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = UpstreamSignatureQuerySet.as_manager()

    class Meta:
        ordering = ["-cases", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "operation", "digest"], name="one_row_per_signature"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation}: {self.pattern[:60]}"


class ApiCall(models.Model):
    """One call to a platform, redacted: no key, no name, no street."""

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, blank=True
    )
    command = models.ForeignKey(
        OutboxCommand, on_delete=models.SET_NULL, null=True, blank=True, related_name="calls"
    )
    lane = models.CharField(max_length=60, blank=True, default="")
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    operation = models.CharField(max_length=60)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=500)
    http_status = models.PositiveSmallIntegerField(
        default=0, help_text="0 when no answer came back."
    )
    error_code = models.CharField(max_length=60, blank=True, default="")
    duration_ms = models.PositiveIntegerField(default=0)
    request_body = models.TextField(blank=True, default="")
    response_body = models.TextField(blank=True, default="")
    platform_request_id = models.CharField(max_length=100, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")
    started_at = models.DateTimeField()

    objects: ClassVar = ApiCallQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["platform", "-started_at"], name="apicall_platform_time"),
            models.Index(fields=["lane", "id"], name="apicall_lane"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} → {self.http_status or 'no answer'}"

    @property
    def succeeded(self) -> bool:
        return 200 <= self.http_status < 300 and not self.error_code
