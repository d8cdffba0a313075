"""What the platforms told us, and how far we have read what they only tell when asked."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from carriers.choices import PLATFORM_CHOICES
from carriers.inbox.querysets import (
    SetAsideRowQuerySet,
    SyncCursorQuerySet,
    WebhookReceiptQuerySet,
)
from carriers.inbox.window_models import PullEntry as PullEntry
from carriers.inbox.window_models import PullOutcome as PullOutcome
from carriers.inbox.window_models import PullWindow as PullWindow


class ReceiptState(models.TextChoices):
    RECEIVED = "received", "Received"
    PROCESSING = "processing", "Being processed"
    DONE = "done", "Done"
    IGNORED = "ignored", "Ignored"
    REFUSED = "refused", "Refused"
    FAILED = "failed", "Failed"


OPEN_RECEIPTS = (ReceiptState.RECEIVED, ReceiptState.PROCESSING)


class WebhookReceipt(models.Model):
    """One event as a platform posted it, stored before anything is done about it.

    The body of a refused post is not kept: anybody can send one. Neither is any signature, since
    it proves the sender for every body.
    """

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    event_type = models.CharField(max_length=80, blank=True, default="")
    resource_type = models.CharField(max_length=40, blank=True, default="")
    resource_id = models.CharField(max_length=80, blank=True, default="")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body as it came.")
    body = models.TextField(blank=True, default="")
    is_verified = models.BooleanField(
        default=False, help_text="Whether the sender knew one of our secrets."
    )
    account_ref = models.CharField(
        max_length=80, blank=True, default="", help_text="The account that the signature names."
    )
    state = models.CharField(
        max_length=10, choices=ReceiptState.choices, default=ReceiptState.RECEIVED
    )
    times_received = models.PositiveIntegerField(default=1)
    attempts = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    last_received_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True, default="")
    error_detail = models.CharField(max_length=500, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")

    objects: ClassVar = WebhookReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # No event bears an id, so a repeat is known by its body. A refused one must not keep
            # the true one out, so they do not count.
            models.UniqueConstraint(
                fields=["platform", "digest"],
                condition=Q(is_verified=True),
                name="one_receipt_per_body",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(state__in=[s.value for s in OPEN_RECEIPTS]),
                name="receipt_open_due",
            ),
            models.Index(fields=["state", "last_received_at"], name="receipt_state_time"),
            models.Index(fields=["resource_id"], name="receipt_resource"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type or 'unreadable'} {self.resource_id} ({self.get_state_display()})"


class SyncCursor(models.Model):
    """How far one list of a platform has been read.

    A run reads what changed since `watermark` less `overlap_s`, page by page; `run_since` and
    `page` say where an interrupted run goes on.
    """

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    resource = models.CharField(max_length=40)
    watermark = models.DateTimeField(
        null=True, blank=True, help_text="The latest change that a whole run has seen."
    )
    overlap_s = models.PositiveIntegerField(
        default=600,
        help_text="Seconds before the watermark that are read again: lists lag and clocks differ.",
    )
    run_since = models.DateTimeField(null=True, blank=True)
    page = models.PositiveIntegerField(default=1)
    seen_until = models.DateTimeField(
        null=True, blank=True, help_text="The latest change seen by the run under way."
    )
    last_total = models.PositiveIntegerField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    runs = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveBigIntegerField(default=0)
    rows_used = models.PositiveBigIntegerField(default=0)
    rows_set_aside = models.PositiveBigIntegerField(default=0, db_default=0)
    error_code = models.CharField(max_length=60, blank=True, default="")
    error_detail = models.CharField(max_length=500, blank=True, default="")

    objects: ClassVar = SyncCursorQuerySet.as_manager()

    class Meta:
        ordering = ["platform", "resource"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "resource"], name="one_cursor_per_platform_list"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.resource}"

    @property
    def overlap(self) -> timedelta:
        return timedelta(seconds=self.overlap_s)


class SetAsideRow(models.Model):
    """A row of a list that could not be read. The list was read on without it.

    Whatever it told was not taken over, so somebody has to look. The same row is one, however
    often it is read.
    """

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    resource = models.CharField(max_length=40)
    row_ref = models.CharField(
        max_length=64, blank=True, default="", help_text="The platform's number, if it told one."
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of the row as it came.")
    detail = models.CharField(max_length=500)
    body = models.TextField(blank=True, default="", help_text="Without personal data.")
    times_seen = models.PositiveIntegerField(default=1)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = SetAsideRowQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "resource", "digest"], name="one_row_set_aside_per_body"
            )
        ]
        indexes = [models.Index(fields=["last_seen_at"], name="set_aside_last_seen")]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.resource} {self.row_ref or 'row'}"
