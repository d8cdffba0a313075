"""Imports of products as jobs: tried first, and then done with the rows of the trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.files.columns import mapping_faults, suggested
from catalog.files.reading import Table
from catalog.files.taking import take_row
from shipping_project.jobs.models import ItemState, Job, JobItem
from shipping_project.jobs.runners import JobRunner, RowOutcome, register
from shipping_project.jobs.services import NewRow, Started, start_job
from shipping_project.kernel.errors import FieldError, InvalidInput

IMPORT = "catalog.import"
READ_AT_ONCE = 500


def start_import(
    *,
    organization_id: int,
    table: Table,
    mapping: Mapping[str, str] | None,
    dry_run: bool,
    actor: str,
    file_name: str = "",
    key: str = "",
    digest: str = "",
) -> Started:
    """Without a mapping the headings are taken for what they are called.

    Raises InvalidInput for a mapping that names no SKU, and what reading the table raises.
    """
    chosen = suggested(table.headings) if mapping is None else _whole(mapping, table.headings)
    return _start(
        organization_id=organization_id,
        rows=table.rows(),
        options=_options(table.headings, chosen, dry_run, file_name),
        actor=actor,
        # A guess without a SKU may be tried: the page asks what the columns are.
        is_checked=mapping is not None or not dry_run,
        key=key,
        digest=digest,
    )


def import_again(
    *, job: Job, mapping: Mapping[str, str], dry_run: bool, actor: str, key: str = ""
) -> Started:
    """The rows of an earlier import once more, with another mapping or for good."""
    headings = list(job.options["headings"])
    name = str(job.options.get("file", ""))
    return _start(
        organization_id=job.organization_id,
        rows=_rows_of(job),
        options=_options(headings, _whole(mapping, headings), dry_run, name),
        actor=actor,
        is_checked=True,
        key=key,
        digest=f"job {job.pk} {sorted(mapping.items())} {dry_run}"[:64] if key else "",
    )


def _start(
    *,
    organization_id: int,
    rows: Iterator[NewRow],
    options: dict[str, Any],
    actor: str,
    is_checked: bool,
    key: str,
    digest: str,
) -> Started:
    faults = mapping_faults(options["mapping"]) if is_checked else []
    if faults:
        raise InvalidInput(
            errors=[
                FieldError(
                    field=f"mapping.{heading}" if heading else "mapping",
                    code="mapping.unfit",
                    message=words,
                )
                for heading, words in faults
            ]
        )
    return start_job(
        organization_id=organization_id,
        kind=IMPORT,
        rows=rows,
        actor=actor,
        options=options,
        key=key,
        digest=digest,
    )


def _whole(mapping: Mapping[str, str], headings: Sequence[str]) -> dict[str, str]:
    """Headings that it does not name are left out of the import."""
    unknown = [heading for heading in mapping if heading not in headings]
    if unknown:
        words = "The file has no such column."
        raise InvalidInput(
            errors=[
                FieldError(field=f"mapping.{heading}"[:60], code="heading.unknown", message=words)
                for heading in unknown
            ]
        )
    return {heading: str(mapping.get(heading, "")) for heading in headings}


def _options(
    headings: Sequence[str], mapping: Mapping[str, str], dry_run: bool, file_name: str
) -> dict[str, Any]:
    return {
        "headings": list(headings),
        "mapping": dict(mapping),
        "dry_run": dry_run,
        "file": file_name[:100],
    }


def cells_of(item: JobItem) -> dict[str, str]:
    """The row as it stood in the file, as far as it could be read."""
    kept = item.result.get("cells") if item.result else None
    found: dict[str, str] = kept or item.payload or {}
    return found


def _rows_of(job: Job) -> Iterator[NewRow]:
    for item in JobItem.objects.filter(job=job).order_by("position").iterator(READ_AT_ONCE):
        cells = cells_of(item)
        if cells:
            yield NewRow(item.position, cells)


def failed_rows(job: Job) -> Iterator[tuple[JobItem, dict[str, str]]]:
    rows = JobItem.objects.filter(job=job, state=ItemState.REFUSED).order_by("position")
    return ((item, cells_of(item)) for item in rows.iterator(READ_AT_ONCE))


def _run(job: Job, payloads: Sequence[Any]) -> list[RowOutcome]:
    return [_one(job, payload) for payload in payloads]


def _one(job: Job, cells: Mapping[str, str]) -> RowOutcome:
    mapping: Mapping[str, str] = job.options["mapping"]
    values = {name: cells.get(heading, "") for heading, name in mapping.items() if name}
    dry_run = bool(job.options.get("dry_run"))
    taken = take_row(
        organization_id=job.organization_id, values=values, actor=job.actor, dry_run=dry_run
    )
    if taken.faults:
        return RowOutcome(faults=taken.faults)
    # What was tried can be done without the file; of what is refused the payload stays.
    kept = {"cells": dict(cells)} if dry_run else {}
    return RowOutcome(
        result={"sku": taken.sku, "outcome": taken.outcome, "changed": taken.changed, **kept}
    )


register(JobRunner(kind=IMPORT, run=_run, rows_at_once=100))
