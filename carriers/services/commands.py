"""A person's word on a command whose outcome could not be found out."""

from __future__ import annotations

from django.db import transaction

from accounts.services.audit import record_audit
from carriers.models import CommandState, OutboxCommand
from carriers.outbox.commands import release_stuck
from shipping_project.kernel.errors import Conflict


class NotStuck(Conflict):
    """Only a command that waits for a person can be looked at again."""

    code = "command.not_stuck"
    title = "This command does not wait for a person"


def look_again(*, command_id: int, actor: str) -> OutboxCommand:
    """Ask the platform once more what became of it; nothing is sent a second time.

    Raises NotStuck with nothing changed.
    """
    with transaction.atomic():
        command: OutboxCommand = OutboxCommand.objects.select_for_update().get(pk=command_id)
        if command.state != CommandState.STUCK:
            raise NotStuck(f"Command {command.pk} is {command.get_state_display().lower()}.")
        release_stuck(command, as_missed=False)
        record_audit(
            actor=actor,
            action="command.looked_again",
            subject=command,
            before={"state": command.state},
            after={"state": CommandState.UNKNOWN.value},
        )
        command.refresh_from_db()
        return command


def take_as_missed(*, command_id: int, reason: str, actor: str) -> OutboxCommand:
    """A person has seen at the platform that nothing happened, so it is sent again.

    Raises NotStuck with nothing changed.
    """
    with transaction.atomic():
        command: OutboxCommand = OutboxCommand.objects.select_for_update().get(pk=command_id)
        if command.state != CommandState.STUCK:
            raise NotStuck(f"Command {command.pk} is {command.get_state_display().lower()}.")
        release_stuck(command, as_missed=True)
        record_audit(
            actor=actor,
            action="command.taken_as_missed",
            subject=command,
            before={"state": command.state},
            after={"state": CommandState.PENDING.value, "reason": reason},
        )
        command.refresh_from_db()
        return command
