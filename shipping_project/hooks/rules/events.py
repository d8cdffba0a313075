"""What partners can be told of. Apps above add theirs; an endpoint asks for names or families."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

TEST = "webhook.test"
_known: dict[str, str] = {}


def add_events(events: Mapping[str, str]) -> None:
    """Names such as "order.booked", each with what it means."""
    _known.update(events)


def known_events() -> dict[str, str]:
    return dict(sorted(_known.items()))


def families() -> list[str]:
    """Such as "order.*"; an endpoint that asks for one gets what is added to it later, too."""
    return sorted({name.partition(".")[0] + ".*" for name in _known})


def is_askable(pattern: str) -> bool:
    return pattern == "*" or pattern in _known or pattern in families()


def asks_for(patterns: Iterable[str], event: str) -> bool:
    wanted = {"*", event, event.partition(".")[0] + ".*"}
    return event == TEST or not wanted.isdisjoint(patterns)
