"""What the background workers are doing at this moment."""

from __future__ import annotations

from django.db import models


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
