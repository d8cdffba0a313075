"""How much of each platform's limit is used, and what rests; for staff alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from carriers.contracts import Platform
from carriers.models import PLATFORM_CHOICES
from carriers.pacing import Circuit, RateWindow
from carriers.services.pacing import credential_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingStanding:
    """`limit` as the settings name it, "" for none.

    `calls` went out with the present key, and so many times it was asked to slow down: `refusals`.
    """

    platform: str
    label: str
    limit: str
    calls: int
    refusals: int
    resting: tuple[Circuit, ...]


def pacing_standing() -> tuple[PacingStanding, ...]:
    """Every platform; two queries."""
    rows = {row.credential: row for row in RateWindow.objects.all()}
    circuits = tuple(Circuit.objects.open_ones())
    return tuple(
        _standing(Platform(platform), label, rows, circuits) for platform, label in PLATFORM_CHOICES
    )


def _standing(
    platform: Platform,
    label: str,
    rows: dict[str, RateWindow],
    circuits: tuple[Circuit, ...],
) -> PacingStanding:
    is_veeqo = platform is Platform.VEEQO
    secret = settings.VEEQO_API_KEY if is_veeqo else settings.EASYSHIP_API_TOKEN
    row = rows.get(credential_of(platform, secret))
    return PacingStanding(
        platform=platform.value,
        label=label,
        limit=settings.VEEQO_LIMITS if is_veeqo else settings.EASYSHIP_LIMITS,
        calls=row.calls if row else 0,
        refusals=row.refusals if row else 0,
        resting=tuple(one for one in circuits if one.platform == platform.value),
    )
