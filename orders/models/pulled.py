"""Orders that came into being at a platform, from its own sales channels."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.querysets import OwnedQuerySet
from carriers.choices import PLATFORM_CHOICES
from carriers.inbox.models import PullOutcome
from inventory.models import Warehouse
from orders.models.intake import Order


class PullSource(models.Model):
    """A sales channel there. Its orders become ours once somebody says whose they are."""

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    store_ref = models.CharField(max_length=64)
    name = models.CharField(max_length=120, blank=True, default="")
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_on = models.BooleanField(
        "take its orders", default=False, help_text="Needs the organization whose orders they are."
    )
    taken_since = models.DateTimeField(
        null=True, blank=True, help_text="Orders placed before are left alone."
    )
    first_seen_at = models.DateTimeField(default=timezone.now)
    silent_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when fewer orders came than ever."
    )
    silence_told_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = OwnedQuerySet["PullSource"].as_manager()

    class Meta:
        ordering = ["platform", "name", "store_ref"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "store_ref"], name="one_source_per_platform_and_store"
            ),
            models.CheckConstraint(
                condition=Q(is_on=False) | Q(organization__isnull=False, taken_since__isnull=False),
                name="source_that_is_on_has_an_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.name or self.store_ref}"


class PulledOrder(models.Model):
    """One order of a platform's own, and how it stands with us. `order` is the one it became.

    The booking of such an order exists already: it is the order there itself.
    """

    source = models.ForeignKey(PullSource, on_delete=models.PROTECT, related_name="pulled")
    external_ref = models.CharField(max_length=64)
    number = models.CharField(max_length=100, blank=True, default="")
    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="pulled"
    )
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=PullOutcome.choices)
    reason = models.CharField(max_length=200, blank=True, default="")
    digest = models.CharField(
        max_length=64, blank=True, default="", help_text="Of address and lines as taken or told of."
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    organization_path: ClassVar[str] = "source__organization"
    objects: ClassVar = OwnedQuerySet["PulledOrder"].as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_ref"], name="one_pulled_order_per_source"
            )
        ]
        indexes = [
            models.Index(fields=["external_ref"], name="pulled_order_ref"),
            models.Index(fields=["number"], name="pulled_order_number"),
            models.Index(fields=["source", "first_seen_at"], name="pulled_order_arrival"),
        ]

    def __str__(self) -> str:
        return self.number or self.external_ref
