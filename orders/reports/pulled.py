"""How far the platforms' lists of orders were read, and what became of what they held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from carriers.choices import PLATFORM_CHOICES
from carriers.inbox.models import PullWindow, SyncCursor
from orders.models import Order, PulledOrder, PullSource

PLATFORMS = dict(PLATFORM_CHOICES)
ASKED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStanding:
    """`complete_until`: whatever changed there before then was read whole."""

    platform: str
    label: str
    resource: str
    complete_until: datetime | None
    newest: PullWindow
    error_code: str

    @property
    def outcomes(self) -> tuple[tuple[str, int], ...]:
        return tuple((name, count) for name, count in self.newest.outcomes.items() if count)


def list_standings() -> tuple[ListStanding, ...]:
    """Every list that was read, by three queries."""
    rows = PullWindow.objects.order_by()
    lists = rows.values_list("platform", "resource")
    newest = [pk for _, _, pk in lists.annotate(newest=Max("pk"))]
    whole = rows.complete().values_list("platform", "resource").annotate(at=Max("opened_at"))
    complete = {(platform, resource): at for platform, resource, at in whole}
    errors = {
        (cursor.platform, cursor.resource): cursor.error_code for cursor in SyncCursor.objects.all()
    }
    windows = PullWindow.objects.filter(pk__in=newest).order_by("platform", "resource")
    return tuple(
        ListStanding(
            platform=one.platform,
            label=PLATFORMS[one.platform],
            resource=one.resource,
            complete_until=complete.get((one.platform, one.resource)),
            newest=one,
            error_code=errors.get((one.platform, one.resource), ""),
        )
        for one in windows
    )


def pull_sources() -> Sequence[PullSource]:
    return list(PullSource.objects.select_related("organization"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RefStanding:
    """`number` is our order's, "" for one that was seen and did not become ours."""

    external_ref: str
    source: str
    number: str
    outcome: str
    reason: str = ""


def standing_of_refs(actor: object, refs: Sequence[str]) -> dict[str, RefStanding]:
    """Which of these are here, by what their sender or the platform calls them."""
    found: dict[str, RefStanding] = {}
    wanted = list(dict.fromkeys(refs))
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        some = wanted[start : start + ASKED_AT_ONCE]
        for one in (*_pulled(actor, some, "number"), *_pulled(actor, some, "external_ref")):
            found[one.external_ref] = one
        found |= {one.external_ref: one for one in _ours(actor, some)}
    return found


def _ours(actor: object, refs: Sequence[str]) -> Iterable[RefStanding]:
    rows = Order.objects.visible_to(actor).filter(external_ref__in=refs).order_by()
    told = rows.values_list("external_ref", "source", "number")
    return (
        RefStanding(external_ref=ref, source=source, number=number, outcome="here")
        for ref, source, number in told
    )


def _pulled(actor: object, refs: Sequence[str], name: str) -> Iterable[RefStanding]:
    rows = PulledOrder.objects.visible_to(actor).filter(**{f"{name}__in": refs})
    told = rows.values_list(name, "source__platform", "order__number", "outcome", "reason")
    return (
        RefStanding(
            external_ref=ref,
            source=platform,
            number=number or "",
            outcome="here" if number else outcome,
            reason="" if number else reason,
        )
        for ref, platform, number, outcome, reason in told
    )
