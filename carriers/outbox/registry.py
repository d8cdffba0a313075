"""Who carries out which kind of command. Apps above register; the worker only looks up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from carriers.limits import Priority
from carriers.models import OutboxCommand
from carriers.outbox.outcomes import BatchOutcome, Finding, Outcome

CarryOut = Callable[[OutboxCommand], Outcome]
Reconcile = Callable[[OutboxCommand], Finding]
Settle = Callable[[OutboxCommand, Outcome], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Commands of one kind that a platform takes many of in one call.

    Both functions get commands held by this worker, `least` to `most` of them, and say for as many
    as they can what became of each, by primary key; the others are carried out alone afterwards.
    `carry_out` calls `mark_sending` with `UNANSWERED` for each before the one call that cannot be
    repeated. A refusal of the whole batch means that nothing of it was done. While a limit is
    scarce and enough of the kind or of its `heralds` are open, which are kinds that lead to it, a
    command waits some seconds for others to come.
    """

    platforms: frozenset[str]
    least: int
    most: int
    heralds: frozenset[str]
    carry_out: Callable[[Sequence[OutboxCommand]], Mapping[int, BatchOutcome]]
    reconcile: Callable[[Sequence[OutboxCommand]], Mapping[int, Finding]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandHandler:
    """`carry_out` and `reconcile` may reach the network and run outside any transaction.

    `settle` writes what follows, inside the transaction that closes the command, and must not
    reach the network. It is also told of a command that a person has to look at (`Unknown`).
    `repeat_safe` commands are simply run again when their outcome is unknown. `priority` says who
    is claimed first and may use the last of a platform's limit. `together` says how many of them
    go in one call.
    """

    kind: str
    carry_out: CarryOut
    settle: Settle
    reconcile: Reconcile | None = None
    queue: str = "orders"
    priority: Priority = Priority.BOOK
    together: Together | None = None

    @property
    def repeat_safe(self) -> bool:
        return self.reconcile is None


_handlers: dict[str, CommandHandler] = {}


class UnknownKind(LookupError):
    """A command of a kind that nobody registered."""


def register(handler: CommandHandler) -> None:
    if handler.kind in _handlers:
        raise ValueError(f"a handler for {handler.kind} is registered already")
    _handlers[handler.kind] = handler


def handler_for(kind: str) -> CommandHandler:
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownKind(f"no handler is registered for {kind}") from None
