"""What may become of a command: done, refused, not yet, or nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Delivered:
    """Done. `result` is what the settler needs, JSON-ready."""

    result: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """The platform said no, clearly; nothing was done and a repeat would be refused too.

    `operation` and `http_status` tell which call was refused and how, where it was a call.
    """

    code: str
    detail: str
    operation: str = field(default="", compare=False)
    http_status: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing was sent, or only reads: try again after `delay_s` (None: by backoff)."""

    code: str
    detail: str
    delay_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unanswered(Retry):
    """A look to which the platform gave no answer yet: it says nothing, either way."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent without a clear answer: ask the platform before anything else."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Queued:
    """Taken on by the platform as part of a batch, to be worked off later: look for it then."""

    batch_ref: str


@dataclass(frozen=True, slots=True)
class Missed:
    """A lookup found that nothing happened. Taken as proof only when seen often enough."""

    detail: str = ""


Outcome = Delivered | Rejected | Retry | Unknown
BatchOutcome = Outcome | Queued
# Unknown: looking on is in vain, and a person decides at once.
Finding = Delivered | Rejected | Missed | Retry | Unknown
