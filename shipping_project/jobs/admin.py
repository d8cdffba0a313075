"""What the workers do. A schedule or a queued task calls any function by its name, so whoever
could write one could run any code: every page here is for superusers and only to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin_base import LedgerAdmin
from shipping_project.jobs.models import WorkerBeat
from shipping_project.kernel.models import Counter

for _model in (Schedule, Success, Failure, OrmQ):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class SuperuserLedger(LedgerAdmin):
    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))


@admin.register(Schedule)
class ScheduleAdmin(SuperuserLedger):
    list_display = ["name", "func", "schedule_type", "minutes", "cluster", "next_run"]
    list_filter = ["schedule_type", "cluster"]
    search_fields = ["name", "func"]


class TaskLedger(SuperuserLedger):
    list_display = ["name", "func", "cluster", "started", "stopped", "attempt_count"]
    list_filter = ["cluster"]
    search_fields = ["name", "func"]
    fields = ["id", "name", "func", "cluster", "group", "started", "stopped", "attempt_count"]


@admin.register(Success)
class SuccessAdmin(TaskLedger):
    pass


@admin.register(Failure)
class FailureAdmin(TaskLedger):
    fields = [*TaskLedger.fields, "result"]


@admin.register(OrmQ)
class QueuedTaskAdmin(SuperuserLedger):
    """The payload is signed and packed; what it calls is shown instead."""

    list_display = ["id", "key", "called", "lock"]
    list_filter = ["key"]
    fields = ["key", "called", "lock"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> list[str]:
        return list(self.fields)

    @admin.display(description="function")
    def called(self, task: OrmQ) -> str:
        return str(task.task.get("func", ""))


@admin.register(WorkerBeat)
class WorkerBeatAdmin(SuperuserLedger):
    list_display = ["worker", "task", "begun_at", "ended_at"]


@admin.register(Counter)
class CounterAdmin(SuperuserLedger):
    """Rate-limit counters, to see who is being held back; clearing them is the cache's work."""

    list_display = ["key", "value", "expires_at"]
    search_fields = ["key"]
