"""Rows that all processes share about the platforms: what was used of a limit, what is down."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from carriers.choices import PLATFORM_CHOICES
from carriers.limits import Usage
from carriers.querysets import CircuitQuerySet, RateWindowQuerySet


class RateWindow(models.Model):
    """What one credential has used of its limit. Moments are Unix seconds of the database's host.

    The credential is named by a digest; the key itself stays in the environment.
    """

    credential = models.CharField(max_length=40, unique=True)
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    full_at = models.FloatField(default=0.0, help_text="When the bucket will have run empty.")
    slots = models.JSONField(default=list, help_text="The latest moments given out to calls.")
    paused_until = models.FloatField(
        default=0.0, help_text="The platform asked for silence until then."
    )
    calls = models.PositiveBigIntegerField(default=0)
    refusals = models.PositiveBigIntegerField(
        default=0, help_text="Times that the platform asked us to slow down."
    )
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = RateWindowQuerySet.as_manager()

    class Meta:
        ordering = ["credential"]

    def __str__(self) -> str:
        return self.credential

    @property
    def usage(self) -> Usage:
        return Usage(self.full_at, tuple(self.slots), self.paused_until)


class Circuit(models.Model):
    """Whether one operation of a platform answers. There is a row once it has failed."""

    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES)
    operation = models.CharField(max_length=60)
    failures = models.PositiveIntegerField(
        default=0, help_text="Calls in a row that got no proper answer."
    )
    open_until = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Nothing is sent before; then one call tries.",
    )
    error_code = models.CharField(max_length=60, blank=True, default="")
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = CircuitQuerySet.as_manager()

    class Meta:
        ordering = ["operation"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "operation"], name="one_circuit_per_operation"
            )
        ]

    def __str__(self) -> str:
        return self.operation

    @property
    def is_open(self) -> bool:
        return self.open_until is not None
