"""How often a platform is read by itself, whatever is read there."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.db import models, transaction

from accounts.services.audit import record_audit
from carriers.choices import PLATFORM_CHOICES
from shipping_project.kernel.versions import hold_to_seen

LONGEST_INTERVAL = 1440


class ReadingSchedule(models.Model):
    platform = models.CharField(max_length=10, choices=PLATFORM_CHOICES, unique=True)
    is_on = models.BooleanField("on", default=True)
    every_minutes = models.PositiveIntegerField(default=5)

    objects: ClassVar = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_platform_display()} every {self.every_minutes} minutes"


Schedule = TypeVar("Schedule", bound=ReadingSchedule)


@transaction.atomic
def keep_schedule(schedule: Schedule, *, is_on: bool, every_minutes: int, actor: str) -> Schedule:
    """A repeat changes nothing and leaves no trace."""
    hold_to_seen(schedule)
    before = {"is_on": schedule.is_on, "every_minutes": schedule.every_minutes}
    after = {"is_on": is_on, "every_minutes": every_minutes}
    if before == after:
        return schedule
    schedule.is_on, schedule.every_minutes = is_on, every_minutes
    schedule.save(update_fields=list(after))
    record_audit(
        actor=actor,
        action=f"{schedule._meta.model_name}.changed",
        subject=schedule,
        before=before,
        after=after,
    )
    return schedule
