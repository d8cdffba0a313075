"""What tests of several apps need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext


@contextmanager
def exactly_queries(number: int) -> Iterator[None]:
    """Pins the queries of a request, without those of the rate limits' counters.

    The counters are in SQL or in Redis by setting, and what a list costs must not hang on it.
    """
    with CaptureQueriesContext(connection) as seen:
        yield
    queries = [query["sql"] for query in seen if "kernel_counter" not in query["sql"]]
    assert len(queries) == number, "\n".join([f"{len(queries)} queries, not {number}:", *queries])
