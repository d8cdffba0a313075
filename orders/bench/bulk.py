"""How fast orders come in by the file, beside PostgreSQL's own COPY of the very same rows."""

from __future__ import annotations

import json
import resource
import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from functools import partial
from io import StringIO
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

from accounts.models import Organization
from catalog.models import Sellable
from orders.demo.seed import api_key_for, sample_bodies, seed_demo
from shipping_project.jobs.models import Job, JobState
from shipping_project.jobs.worker import run_job
from shipping_project.kernel.benches import Bench, Measured, Options

# What a bulk of orders writes, in an order that foreign keys allow.
TABLES = (
    "orders_order",
    "orders_orderline",
    "orders_intakerecord",
    "orders_orderevent",
    "jobs_jobitem",
)
TWINS = "copied"
FOREIGN_KEYS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype = 'f'
"""
# In turns, so that what else the machine does meets both.
ROUNDS = 5
LINES = 3
AIM, LEAST = 0.5, 0.25
MOST_GROWTH_MB = 96
PIECE = 1_048_576


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--orders", type=int, default=100_000)


def _measure(options: Options) -> Measured:
    if connection.vendor != "postgresql":
        raise CommandError("COPY is PostgreSQL's; add --services.")
    call_command("prepare")
    seed_demo(with_orders=False)
    _make_twins()
    count, folder = options["orders"] // ROUNDS, settings.STATE_DIR
    _take_in(_write_body(folder / "warm.ndjson", count=500, name="WARM"))
    before, taken, copied = _peak_mb(), 0.0, 0.0
    for number in range(ROUNDS):
        last = {table: _last_id(table) for table in TABLES}
        body = _write_body(folder / "orders.ndjson", count=count, name=f"BULK-{number}")
        taken += _seconds(partial(_take_in, body))
        files = {table: _copy_out(folder, table, after) for table, after in last.items()}
        copied += _seconds(partial(_copy_in, files))
    growth, ratio = _peak_mb() - before, round(copied / taken, 3)
    figures = {
        "orders": count * ROUNDS,
        "lines": count * ROUNDS * LINES,
        "seconds": round(taken, 1),
        "orders_per_second": round(count * ROUNDS / taken),
        "copy_seconds": round(copied, 1),
        "ratio": ratio,
        "aim": AIM,
        "memory_growth_mb": growth,
    }
    return Measured(figures=figures, is_fine=ratio >= LEAST and growth <= MOST_GROWTH_MB)


def _write_body(path: Path, *, count: int, name: str) -> Path:
    """NDJSON as a partner sends it: three lines each, people with phones of their own."""
    samples = [facts for _, facts in sample_bodies()]
    skus = _skus()
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            sample = samples[number % len(samples)]
            order = {
                **sample,
                "external_ref": f"{name}-{number}",
                "ship_to": {**sample["ship_to"], "phone": _phone(number)},
                "lines": [
                    {"sku": skus[(number * LINES + n) % len(skus)], "quantity": n + 1}
                    for n in range(LINES)
                ],
            }
            file.write(json.dumps(order) + "\n")
    return path


def _phone(number: int) -> str:
    """Of the numbers that are kept for fiction in each area: 555-0100 to 555-0199."""
    return f"+1{200 + number // 100 % 800}55501{number % 100:02d}"


def _skus() -> list[str]:
    mine = Sellable.objects.filter(organization=Organization.objects.get(slug="alder"))
    return sorted(mine.values_list("sku", flat=True))


def _take_in(body: Path) -> None:
    """From the first byte of the request until the last row is worked off."""
    with body.open("rb") as content:
        job_id = _post(content, body.stat().st_size)
    while Job.objects.get(pk=job_id).state in (JobState.WAITING, JobState.RUNNING):
        run_job(job_id)
    job = Job.objects.get(pk=job_id)
    if job.succeeded != job.total:
        raise CommandError(f"{job.refused} of {job.total} rows were refused.")


def _post(content: IO[bytes], size: int) -> int:
    """Through the whole stack but the socket."""
    told: list[Any] = []

    def start(status: str, *_: object) -> Callable[[bytes], object]:
        told.append(status)
        return told.append

    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/orders/bulk",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/x-ndjson",
        "CONTENT_LENGTH": str(size),
        "HTTP_X_API_KEY": api_key_for("alder"),
        "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": content,
        "wsgi.errors": StringIO(),
        "wsgi.url_scheme": "http",
    }
    answer = get_wsgi_application()(environ, start)
    document: Any = json.loads(b"".join(answer))
    if not told[0].startswith("202"):
        raise CommandError(f"The bulk was answered {told[0]}: {document}")
    return int(document["id"])


def _make_twins() -> None:
    """Empty tables with the same columns, indexes and constraints."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {TWINS}")
        for table in TABLES:
            cursor.execute(f"CREATE TABLE {TWINS}.{table} (LIKE {table} INCLUDING ALL)")
            cursor.execute(FOREIGN_KEYS, [table])
            for name, definition in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {TWINS}.{table} ADD CONSTRAINT {name} {definition}")


def _last_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608 # ours
        return int(cursor.fetchone()[0])


def _copy_out(folder: Path, table: str, after: int) -> Path:
    path = folder / f"{table}.copy"
    chosen = f"SELECT * FROM {table} WHERE id > {after} ORDER BY id"  # noqa: S608 # ours
    with (
        path.open("wb") as file,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({chosen}) TO STDOUT") as copy,
    ):
        for piece in copy:
            file.write(piece)
    return path


@transaction.atomic
def _copy_in(files: Mapping[str, Path]) -> None:
    for table, path in files.items():
        with (
            path.open("rb") as file,
            connection.cursor() as cursor,
            cursor.copy(f"COPY {TWINS}.{table} FROM STDIN") as copy,
        ):
            while piece := file.read(PIECE):
                copy.write(piece)


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


BENCH = Bench(
    name="bulk",
    words="orders by the file beside COPY of the same rows; needs --services [--orders 100000]",
    run=_measure,
    add_arguments=_add_arguments,
)
