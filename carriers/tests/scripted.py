"""A kind of command whose handler does what a test tells it, to try the worker by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from accounts.models import Organization
from carriers.models import OutboxCommand
from carriers.outbox.commands import enqueue_command
from carriers.outbox.leases import mark_sending
from carriers.outbox.outcomes import Delivered, Finding, Missed, Outcome
from carriers.outbox.registry import CommandHandler, register

KIND = "tests.scripted"
REPEAT_SAFE_KIND = "tests.repeat_safe"


@dataclass
class Script:
    """What comes of each call and look in turn (an exception is raised), and what was done."""

    outcomes: list[Outcome | Exception] = field(default_factory=list)
    findings: list[Finding | Exception] = field(default_factory=list)
    settle_errors: list[Exception] = field(default_factory=list)
    sends: bool = True
    # What happens elsewhere while the call is on its way.
    meanwhile: Callable[[], object] | None = None
    sent: list[int] = field(default_factory=list)
    looked: list[int] = field(default_factory=list)
    settled: list[tuple[int, Outcome]] = field(default_factory=list)

    def clear(self) -> None:
        self.sends, self.meanwhile = True, None
        for told in (self.outcomes, self.findings, self.settle_errors):
            told.clear()
        for done in (self.sent, self.looked, self.settled):
            done.clear()


SCRIPT = Script()


def carry_out(command: OutboxCommand) -> Outcome:
    if SCRIPT.sends:
        mark_sending(command)
    SCRIPT.sent.append(command.pk)
    if SCRIPT.meanwhile:
        SCRIPT.meanwhile()
    outcome = SCRIPT.outcomes.pop(0) if SCRIPT.outcomes else Delivered()
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def reconcile(command: OutboxCommand) -> Finding:
    SCRIPT.looked.append(command.pk)
    finding = SCRIPT.findings.pop(0) if SCRIPT.findings else Missed()
    if isinstance(finding, Exception):
        raise finding
    return finding


def settle(command: OutboxCommand, outcome: Outcome) -> None:
    if SCRIPT.settle_errors:
        raise SCRIPT.settle_errors.pop(0)
    SCRIPT.settled.append((command.pk, outcome))


register(CommandHandler(kind=KIND, carry_out=carry_out, reconcile=reconcile, settle=settle))
register(CommandHandler(kind=REPEAT_SAFE_KIND, carry_out=carry_out, settle=settle))


def make_command(
    organization: Organization, *, lane: str = "order:1", kind: str = KIND, platform: str = "veeqo"
) -> OutboxCommand:
    return enqueue_command(
        organization_id=organization.pk, kind=kind, lane=lane, platform=platform, payload={}
    )
