"""Who listens to which event. Apps above register; the worker only looks up."""

from __future__ import annotations

from collections.abc import Callable

from carriers.contracts import Platform
from carriers.inbox.events import InboxEvent

Receiver = Callable[[InboxEvent], None]


class NotYet(Exception):
    """The event cannot be judged before something under way has ended; it is looked at later."""


_receivers: dict[tuple[Platform, str], Receiver] = {}


def register(platform: Platform, event_type: str, receiver: Receiver) -> None:
    """`receiver` runs outside any transaction and may ask the platform.

    It must stand being told the same thing twice, late, and in any order.
    """
    key = (platform, event_type)
    if key in _receivers:
        raise ValueError(f"{event_type} of {platform.value} has a receiver already")
    _receivers[key] = receiver


def receiver_for(event: InboxEvent) -> Receiver | None:
    """None for events that nobody listens to."""
    return _receivers.get((event.platform, event.event_type))


def listened_to(platform: Platform) -> tuple[str, ...]:
    return tuple(sorted(name for listened, name in _receivers if listened is platform))
