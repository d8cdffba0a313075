"""What became of each row of a job, to be carried away as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse

from shipping_project.jobs.models import Job, JobItem

LINES = "application/x-ndjson"
READ_AT_ONCE = 1_000


def item_document(item: JobItem) -> dict[str, Any]:
    return {
        "row": item.position,
        "state": item.state,
        "result": item.result or None,
        "errors": item.faults,
    }


def result_file(job: Job) -> StreamingHttpResponse:
    """Every row in the order of the file, one JSON object on each line."""
    answer = StreamingHttpResponse(_told(job), content_type=LINES)
    answer["Content-Disposition"] = f'attachment; filename="job-{job.pk}.ndjson"'
    return answer


def _told(job: Job) -> Iterator[str]:
    rows = JobItem.objects.filter(job=job).defer("payload").order_by("position")
    for row in rows.iterator(READ_AT_ONCE):
        yield json.dumps(item_document(row)) + "\n"
