"""Long pieces of work, row by row, and what the workers are doing at this moment."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import LONGEST_ACTOR
from accounts.querysets import OwnedQuerySet
from shipping_project.kernel.models import Timestamped


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"
    STOPPED = "stopped", "Stopped"


OPEN_STATES = (JobState.WAITING.value, JobState.RUNNING.value)
RESUMABLE_STATES = (JobState.CANCELLED.value, JobState.STOPPED.value)


class ItemState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class Job(Timestamped):
    """One long piece of work. The rows say what is left to do, so it goes on after any crash."""

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=40, help_text='Such as "orders.bulk".')
    state = models.CharField(
        max_length=10, choices=JobState.choices, default=JobState.WAITING, db_index=True
    )
    actor = models.CharField(max_length=LONGEST_ACTOR)
    options = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True, default="")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)
    body_digest = models.CharField(max_length=64, blank=True, default="")
    total = models.PositiveIntegerField(default=0)
    succeeded = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    done_before = models.PositiveIntegerField(
        default=0, help_text="Rows worked off before the job was last started."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=200, blank=True, default="")
    attempts = models.PositiveIntegerField(
        default=0, help_text="Claims since a row was last worked off."
    )
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=120, blank=True, default="")

    objects: ClassVar = OwnedQuerySet["Job"].as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="one_job_per_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def done(self) -> int:
        return self.succeeded + self.refused


class JobItem(models.Model):
    """One row of a job. Its payload is dropped once it is done: what came of it is elsewhere."""

    organization_path: ClassVar[str] = "job__organization"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(help_text="The row of the file, from 1.")
    state = models.CharField(max_length=8, choices=ItemState.choices, default=ItemState.WAITING)
    payload = models.JSONField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    faults = models.JSONField(default=list, blank=True)

    objects: ClassVar = OwnedQuerySet["JobItem"].as_manager()

    class Meta:
        ordering = ["job", "position"]
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="one_item_per_row")]
        indexes = [models.Index(fields=["job", "state", "position"], name="job_item_state")]

    def __str__(self) -> str:
        return f"row {self.position}: {self.state}"


class WorkerBeat(models.Model):
    """The last task of one worker process; written by `jobs.beats` alone."""

    worker = models.CharField(
        max_length=120, primary_key=True, help_text="Host, process id and start of the process."
    )
    task = models.CharField(max_length=120, blank=True, default="")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty while the task is running."
    )

    class Meta:
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return f"{self.worker}: {self.task or 'idle'}"
