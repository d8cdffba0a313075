"""How the platforms do: their calls, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from carriers.models import (
    PLATFORM_CHOICES,
    ApiCall,
    CommandState,
    OutboxCommand,
    PlatformAccount,
    SetAsideRow,
    UpstreamSignature,
)
from carriers.problems.catalogue import PRECISE_CODES

WINDOW = timedelta(hours=24)
# Further back, the last answer or error says nothing about how a platform does.
LOOKBACK = timedelta(days=7)
SUCCESS_TARGET = 0.99
FAILED_SHOWN = 25
UNRESOLVED_SHOWN = 50
# Withdrawn by us before it was sent; no platform failed.
CALLED_OFF = "order.called_off"
SUCCEEDED = Q(error_code="", http_status__range=(200, 299))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformHealth:
    """Calls are those begun in the last 24 hours; commands are the open ones now.

    `set_aside` rows of its lists could not be read and wait for a person.

    `p95_ms` is the shortest time within which 95 of 100 calls ended, by nearest rank.
    """

    platform: str
    label: str
    is_enabled: bool
    note: str
    calls: int
    succeeded: int
    p95_ms: int | None
    last_answer_at: datetime | None
    last_error: ApiCall | None
    states: dict[str, int]
    due: int
    oldest_due_at: datetime | None
    oldest_due_s: int | None
    set_aside: int

    @property
    def success_percent(self) -> str:
        """Never rounded up to 100 while anything failed."""
        if not self.calls:
            return ""
        tenths = self.succeeded * 1000 // self.calls
        return f"{tenths / 10:.1f}"

    @property
    def is_below_target(self) -> bool:
        return bool(self.calls) and self.succeeded < SUCCESS_TARGET * self.calls

    @property
    def pending(self) -> int:
        return self.states.get(CommandState.PENDING, 0)

    @property
    def in_flight(self) -> int:
        return self.states.get(CommandState.IN_FLIGHT, 0)

    @property
    def unknown(self) -> int:
        return self.states.get(CommandState.UNKNOWN, 0)

    @property
    def stuck(self) -> int:
        return self.states.get(CommandState.STUCK, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureShare:
    """Commands rejected within 7 days or waiting for a person now, and how many are explained.

    Explained ones carry a code of the catalogue that says more than that it was refused.
    `unmapped` counts the kinds of words that nobody has given a meaning yet.
    """

    platform: str
    label: str
    failures: int
    explained: int
    unmapped: int

    @property
    def percent(self) -> str:
        """Never rounded up to 100 while anything is unexplained; "" without failures."""
        if not self.failures:
            return ""
        return f"{self.explained * 1000 // self.failures / 10:.1f}"


def failure_shares(now: datetime) -> tuple[FailureShare, ...]:
    """Every platform over all organizations, so for staff alone; two queries."""
    failed = Q(state=CommandState.REJECTED, settled_at__gte=now - LOOKBACK)
    rows = OutboxCommand.objects.filter(failed | Q(state=CommandState.STUCK))
    counted = (
        rows.exclude(error_code=CALLED_OFF)
        .order_by()
        .values_list("platform")
        .annotate(all=Count("pk"), told=Count("pk", filter=Q(error_code__in=PRECISE_CODES)))
    )
    failures = {platform: (total, told) for platform, total, told in counted}
    groups = UpstreamSignature.objects.unmapped().order_by().values_list("platform")
    unmapped = dict(groups.annotate(count=Count("pk")))
    return tuple(
        FailureShare(
            platform=platform,
            label=label,
            failures=failures.get(platform, (0, 0))[0],
            explained=failures.get(platform, (0, 0))[1],
            unmapped=unmapped.get(platform, 0),
        )
        for platform, label in PLATFORM_CHOICES
    )


def platform_health(now: datetime) -> tuple[PlatformHealth, ...]:
    """Every platform over all organizations, so for staff alone; a fixed number of queries."""
    accounts = {account.platform: account for account in PlatformAccount.objects.all()}
    calls = _calls(now)
    states = _states()
    due = _due(now)
    set_aside = _set_aside()
    return tuple(
        _health(
            now=now,
            platform=platform,
            label=label,
            account=accounts.get(platform),
            calls=calls.get(platform, (0, 0)),
            states=states.get(platform, {}),
            due=due.get(platform, (0, None)),
            set_aside=set_aside.get(platform, 0),
        )
        for platform, label in PLATFORM_CHOICES
    )


def failed_calls(now: datetime, *, platform: str = "") -> tuple[ApiCall, ...]:
    """The newest of the last days, without their bodies."""
    found = ApiCall.objects.since(now - LOOKBACK).failed().newest_first()
    if platform:
        found = found.at(platform)
    return tuple(found.defer("request_body", "response_body")[:FAILED_SHOWN])


def unresolved_commands() -> tuple[OutboxCommand, ...]:
    return tuple(
        OutboxCommand.objects.unresolved().select_related("organization")[:UNRESOLVED_SHOWN]
    )


def _health(
    *,
    now: datetime,
    platform: str,
    label: str,
    account: PlatformAccount | None,
    calls: tuple[int, int],
    states: dict[str, int],
    due: tuple[int, datetime | None],
    set_aside: int,
) -> PlatformHealth:
    recent = ApiCall.objects.at(platform).since(now - LOOKBACK).newest_first()
    total, good = calls
    due_count, oldest = due
    return PlatformHealth(
        platform=platform,
        label=label,
        is_enabled=account.is_enabled if account else True,
        note=account.note if account else "",
        calls=total,
        succeeded=good,
        p95_ms=_p95(platform, total, now),
        last_answer_at=recent.answered().values_list("started_at", flat=True).first(),
        last_error=recent.failed().defer("request_body", "response_body").first(),
        states=states,
        due=due_count,
        oldest_due_at=oldest,
        oldest_due_s=int((now - oldest).total_seconds()) if oldest else None,
        set_aside=set_aside,
    )


def _calls(now: datetime) -> dict[str, tuple[int, int]]:
    rows = ApiCall.objects.since(now - WINDOW).order_by().values_list("platform")
    counted = rows.annotate(total=Count("pk"), good=Count("pk", filter=SUCCEEDED))
    return {platform: (total, good) for platform, total, good in counted}


def _states() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    rows = OutboxCommand.objects.still_open().order_by().values_list("platform", "state")
    for platform, state, count in rows.annotate(count=Count("pk")):
        found.setdefault(platform, {})[state] = count
    return found


def _due(now: datetime) -> dict[str, tuple[int, datetime]]:
    rows = OutboxCommand.objects.due(now).order_by().values_list("platform")
    counted = rows.annotate(count=Count("pk"), oldest=Min("next_attempt_at"))
    return {platform: (count, oldest) for platform, count, oldest in counted}


def _set_aside() -> dict[str, int]:
    rows = SetAsideRow.objects.unsettled().order_by().values_list("platform")
    return dict(rows.annotate(count=Count("pk")))


def _p95(platform: str, total: int, now: datetime) -> int | None:
    """In SQL that both databases speak: the call at the 95th hundredth, by its time."""
    rank = -(-total * 95 // 100)
    times = ApiCall.objects.at(platform).since(now - WINDOW).order_by("duration_ms", "pk")
    ranked = times.values_list("duration_ms", flat=True)[max(rank - 1, 0) : max(rank, 1)]
    return next(iter(ranked), None)
