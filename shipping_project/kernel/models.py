"""Abstract models that every app builds on."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone


class Timestamped(models.Model):
    """When a row was made and last changed."""

    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Counter(models.Model):
    """One rate-limit counter; written by `counter_cache` alone. `expires_at` is Unix seconds."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.BigIntegerField()
    expires_at = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "kernel_counter"

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"
