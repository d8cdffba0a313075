"""System checks of what the settings say about the platforms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from carriers.limits import LimitsUnreadable, parse_limits


@register()
def limits_can_be_read(**_: Any) -> list[CheckMessage]:
    """E006: a limit that cannot be read would let every call through."""
    problems: list[CheckMessage] = []
    for name in ("VEEQO_LIMITS", "EASYSHIP_LIMITS"):
        try:
            parse_limits(getattr(settings, name))
        except LimitsUnreadable as exc:
            problems.append(Error(f"{name}: {exc}.", id="ship.E006"))
    return problems
