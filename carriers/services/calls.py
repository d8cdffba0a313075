"""The record of every call to a platform."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from carriers.exchange import RecordedCall
from carriers.limits import Priority
from carriers.models import ApiCall, OutboxCommand
from shipping_project.kernel.request_id import bind_request_id, current_request_id

_command: ContextVar[OutboxCommand | None] = ContextVar("outbox_command", default=None)
_priority: ContextVar[Priority] = ContextVar("call_priority", default=Priority.SYNC)


@contextmanager
def call_context(command: OutboxCommand) -> Iterator[None]:
    """Calls made inside are recorded under this command and its request id."""
    token = _command.set(command)
    try:
        with bind_request_id(command.request_id):
            yield
    finally:
        _command.reset(token)


@contextmanager
def batch_context(command: OutboxCommand) -> Iterator[None]:
    """Calls made inside are for many commands like this one, so they belong to none of them."""
    with calls_for(Priority(command.priority)), bind_request_id(command.request_id):
        yield


@contextmanager
def calls_for(priority: Priority) -> Iterator[None]:
    """Calls made inside, by no command, are for this."""
    token = _priority.set(priority)
    try:
        yield
    finally:
        _priority.reset(token)


def current_priority() -> Priority:
    command = _command.get()
    return Priority(command.priority) if command else _priority.get()


def record_call(call: RecordedCall) -> None:
    """Store one call, already redacted by the border."""
    command = _command.get()
    ApiCall.objects.create(
        organization_id=command.organization_id if command else None,
        command=command,
        lane=command.lane if command else "",
        platform=call.platform,
        operation=call.operation,
        method=call.method,
        path=call.path[:500],
        http_status=call.http_status,
        error_code=call.error_code,
        duration_ms=call.duration_ms,
        request_body=call.request_body,
        response_body=call.response_body,
        platform_request_id=call.request_id[:100],
        request_id=current_request_id(),
        started_at=call.started_at,
    )
