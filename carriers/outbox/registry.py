"""Who carries out which kind of command. Apps above register; the worker only looks up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from carriers.limits import Priority
from carriers.models import OutboxCommand
from carriers.outbox.outcomes import Finding, Outcome

CarryOut = Callable[[OutboxCommand], Outcome]
Reconcile = Callable[[OutboxCommand], Finding]
Settle = Callable[[OutboxCommand, Outcome], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandHandler:
    """`carry_out` and `reconcile` may reach the network and run outside any transaction.

    `settle` writes what follows, inside the transaction that closes the command, and must not
    reach the network. It is also told of a command that a person has to look at (`Unknown`).
    `repeat_safe` commands are simply run again when their outcome is unknown. `priority` says who
    is claimed first and may use the last of a platform's limit.
    """

    kind: str
    carry_out: CarryOut
    settle: Settle
    reconcile: Reconcile | None = None
    queue: str = "orders"
    priority: Priority = Priority.BOOK

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
