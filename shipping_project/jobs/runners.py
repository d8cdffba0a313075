"""Who works off which kind of job. Apps above register; the worker only looks up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shipping_project.jobs.models import Job
from shipping_project.kernel.errors import FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOutcome:
    """What became of one row: done with a `result`, or refused for its `faults`."""

    result: Mapping[str, Any] = field(default_factory=dict)
    faults: Sequence[FieldError] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRunner:
    """`run` works off rows inside the transaction that also writes what became of them.

    It gets payloads in the order of the file and answers as many outcomes in the same order. It
    must not reach the network. A row may come again after a rollback.
    """

    kind: str
    run: Callable[[Job, Sequence[Any]], Sequence[RowOutcome]]
    rows_at_once: int = 200


_runners: dict[str, JobRunner] = {}
_listeners: list[Callable[[Job], None]] = []


def when_finished(listener: Callable[[Job], None]) -> None:
    """`listener` is told of a job in the transaction that ends it."""
    _listeners.append(listener)


def tell_finished(job: Job) -> None:
    for listener in _listeners:
        listener(job)


def register(runner: JobRunner) -> None:
    if runner.kind in _runners:
        raise ValueError(f"a runner for {runner.kind} is registered already")
    _runners[runner.kind] = runner


def runner_for(kind: str) -> JobRunner | None:
    """None for a kind that only a newer release knows."""
    return _runners.get(kind)


def known_kinds() -> list[str]:
    return sorted(_runners)
