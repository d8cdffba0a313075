"""Where the platforms and our ledger disagree about labels, and when we last looked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from carriers.models import PLATFORM_CHOICES
from orders.models.shipping import Package, Shipment
from orders.querysets import DiscrepancyQuerySet, LabelAuditQuerySet
from orders.rules.audit import DiscrepancyKind
from shipping_project.kernel.money import Money


class LabelAudit(models.Model):
    """One comparison of a platform's labels with ours, there and back.

    Covers what changed since `since`. `after_package` says where the way from ours to theirs goes
    on after a pause.
    """

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    since = models.DateTimeField()
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    after_package = models.PositiveBigIntegerField(default=0)
    seen_upstream = models.PositiveIntegerField(
        default=0, help_text="Bookings of ours read from the platform's lists."
    )
    asked = models.PositiveIntegerField(
        default=0,
        help_text="Labels of ours that no list showed and that were asked for one by one.",
    )
    orphans = models.PositiveIntegerField(default=0)
    ghosts = models.PositiveIntegerField(default=0)
    amounts = models.PositiveIntegerField(default=0)
    cleared = models.PositiveIntegerField(
        default=0, help_text="Earlier findings that are no longer so."
    )
    error_code = models.CharField(max_length=60, blank=True, default="")

    objects: ClassVar = LabelAuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform"],
                condition=Q(finished_at__isnull=True),
                name="one_open_audit_per_platform",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} at {self.started_at:%Y-%m-%d %H:%M}"


class LabelSighting(models.Model):
    """When an audit last saw a label of ours at its platform."""

    organization_path: ClassVar[str] = "package__shipment__order__organization"
    warehouse_path: ClassVar[str] = "package__shipment__warehouse"

    package = models.OneToOneField(Package, on_delete=models.CASCADE, related_name="sighting")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"package {self.package_id} at {self.seen_at:%Y-%m-%d %H:%M}"


class DiscrepancyState(models.TextChoices):
    OPEN = "open", "Open"
    ASKED = "asked", "Under way"
    PROPOSED = "proposed", "Explained by one, to be confirmed"
    VOIDED = "voided", "Voided upstream"
    ADOPTED = "adopted", "Adopted"
    EXPLAINED = "explained", "Explained"
    GONE = "gone", "No longer so"


OPEN_DISCREPANCIES = (DiscrepancyState.OPEN, DiscrepancyState.ASKED, DiscrepancyState.PROPOSED)
KIND_CHOICES = [(kind.value, kind.value.capitalize()) for kind in DiscrepancyKind]


class PlatformDiscrepancy(models.Model):
    """One thing that stands in the platform's records and not in ours, or the other way round.

    Without a shipment it is a booking under a reference of our form that we have no record of, so
    nobody but our own staff sees it.
    """

    warehouse_path: ClassVar[str] = "shipment__warehouse"

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, blank=True
    )
    kind = models.CharField(max_length=8, choices=KIND_CHOICES)
    state = models.CharField(
        max_length=9, choices=DiscrepancyState.choices, default=DiscrepancyState.OPEN
    )
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    platform_ref = models.CharField(max_length=64)
    reference = models.CharField(max_length=100, help_text="Ours, as the booking carries it.")
    label_ref = models.CharField(max_length=64, blank=True, default="")
    tracking_number = models.CharField(max_length=64, blank=True, default="")
    shipment = models.ForeignKey(
        Shipment, on_delete=models.PROTECT, null=True, blank=True, related_name="discrepancies"
    )
    our_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    our_currency = models.CharField(max_length=3, blank=True, default="")
    their_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    their_currency = models.CharField(max_length=3, blank=True, default="")
    detail = models.CharField(max_length=500)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    times_seen = models.PositiveIntegerField(default=1)
    reason = models.CharField(max_length=200, blank=True, default="")
    proposed_by = models.CharField(max_length=120, blank=True, default="")
    proposed_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=120, blank=True, default="")
    resolved_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(
        max_length=500, blank=True, default="", help_text="Why the last attempt came to nothing."
    )

    objects: ClassVar = DiscrepancyQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "platform discrepancies"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "platform", "platform_ref", "label_ref"],
                condition=Q(state__in=[s.value for s in OPEN_DISCREPANCIES]),
                name="one_open_row_per_discrepancy",
            )
        ]
        indexes = [
            models.Index(
                fields=["platform", "kind", "id"],
                condition=Q(state__in=[s.value for s in OPEN_DISCREPANCIES]),
                name="discrepancy_open",
            ),
            # The audit's question: was this found before.
            models.Index(fields=["platform_ref", "kind"], name="discrepancy_booking"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.tracking_number or self.platform_ref}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_DISCREPANCIES

    @property
    def our_cost(self) -> Money | None:
        return None if self.our_amount is None else Money(self.our_amount, self.our_currency)

    @property
    def their_cost(self) -> Money | None:
        return None if self.their_amount is None else Money(self.their_amount, self.their_currency)
