"""Partners are told when a job of theirs is done; importing this registers it."""

from __future__ import annotations

from shipping_project.hooks.rules.events import add_events
from shipping_project.hooks.services import announce
from shipping_project.jobs.models import Job
from shipping_project.jobs.runners import when_finished

FINISHED = "job.finished"


def tell_of_job(job: Job) -> None:
    data = {
        "job": job.pk,
        "kind": job.kind,
        "total": job.total,
        "succeeded": job.succeeded,
        "refused": job.refused,
    }
    announce(organization_id=job.organization_id, event=FINISHED, data=data)


add_events({FINISHED: "All rows of a job were worked off."})
when_finished(tell_of_job)
