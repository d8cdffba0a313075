"""Jobs, and what the workers do. A schedule or a queued task calls any function by its name, so
whoever could write one could run any code: their pages are for superusers and only to look at."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin_actions import NamedAction, Words, confirmed
from accounts.admin_base import LedgerAdmin
from accounts.permissions import MANAGERS
from shipping_project.jobs.models import Job, JobItem, WorkerBeat
from shipping_project.jobs.services import cancel_job, resume_job
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


def _cancel(job: Job, words: Words, actor: str) -> str:
    cancel_job(job=job, actor=actor)
    return f"Cancelled with {job.done} of {job.total} rows done."


def _resume(job: Job, words: Words, actor: str) -> str:
    resume_job(job=job, actor=actor)
    return f"Goes on with {job.total - job.done} rows."


@admin.register(Job)
class JobAdmin(LedgerAdmin):
    act_roles = MANAGERS
    list_display = ["id", "kind", "organization", "state", "succeeded", "refused", "total", "actor"]
    list_filter = ["state", "kind", "organization"]
    list_select_related = ["organization"]
    search_fields = ["actor", "request_id"]
    search_help_text = "Who started it, or its request id"
    actions = [
        confirmed(
            NamedAction(
                name="cancel",
                description="Cancel",
                question="Nothing more of these jobs is worked off; what is done stays done.",
                run=_cancel,
                is_danger=True,
            )
        ),
        confirmed(
            NamedAction(
                name="resume",
                description="Resume",
                question="The rows that are left are worked off.",
                run=_resume,
            )
        ),
    ]


@admin.register(JobItem)
class JobItemAdmin(LedgerAdmin):
    list_display = ["id", "job", "position", "state", "result", "faults"]
    list_filter = ["state"]
    list_select_related = ["job"]
    search_fields = ["=job__id"]
    search_help_text = "Number of the job"
