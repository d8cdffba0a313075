"""Questions asked of the outbox and of the call record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.querysets import OwnedQuerySet

if TYPE_CHECKING:
    from carriers.models import (  # noqa: F401 # in base classes, as text
        ApiCall,
        OutboxCommand,
        UpstreamSignature,
    )
    from carriers.pacing import Circuit, RateWindow  # noqa: F401 # in base classes, as text

OPEN = ("pending", "in_flight", "unknown", "stuck")
CLAIMABLE = ("pending", "unknown")


class OutboxCommandQuerySet(OwnedQuerySet["OutboxCommand"]):
    def still_open(self) -> Self:
        return self.filter(state__in=OPEN)

    def in_lane(self, lane: str) -> Self:
        return self.filter(lane=lane)

    def heads(self) -> Self:
        """Commands with nothing open before them in their lane."""
        earlier = self.model._default_manager.filter(
            lane=OuterRef("lane"), id__lt=OuterRef("id"), state__in=OPEN
        )
        return self.filter(~Exists(earlier))

    def due(self, now: datetime, *, queue: str = "") -> Self:
        """Heads that may be worked on now; what matters most first, then what waits longest."""
        from_queue = Q(queue=queue) if queue else Q()
        return (
            self.filter(from_queue, state__in=CLAIMABLE, next_attempt_at__lte=now)
            .heads()
            .order_by("priority", "next_attempt_at", "id")
        )

    def unresolved(self) -> Self:
        """What nobody knows the outcome of yet; those that wait for a person first."""
        return self.filter(state__in=("unknown", "stuck")).order_by("state", "id")

    def leased(self) -> Self:
        return self.filter(state="in_flight")


class ApiCallQuerySet(OwnedQuerySet["ApiCall"]):
    def since(self, moment: datetime) -> Self:
        return self.filter(started_at__gte=moment)

    def failed(self) -> Self:
        return self.exclude(error_code="")

    def answered(self) -> Self:
        return self.exclude(http_status=0)

    def at(self, platform: str) -> Self:
        return self.filter(platform=platform)

    def newest_first(self) -> Self:
        return self.order_by("-started_at", "-id")


class UpstreamSignatureQuerySet(QuerySet["UpstreamSignature"]):
    """Shared by all organizations: how a platform words a refusal belongs to none of them."""

    def locked(self) -> Self:
        return self.select_for_update().order_by("pk")

    def unmapped(self) -> Self:
        return self.filter(mapped_code="")


class RateWindowQuerySet(QuerySet["RateWindow"]):
    """Shared by all organizations, as the credential is."""

    def locked(self) -> Self:
        return self.select_for_update().order_by("pk")

    def of(self, credential: str) -> Self:
        return self.filter(credential=credential)


class CircuitQuerySet(QuerySet["Circuit"]):
    def locked(self) -> Self:
        return self.select_for_update().order_by("pk")

    def of(self, platform: str, operation: str) -> Self:
        return self.filter(platform=platform, operation=operation)

    def open_ones(self) -> Self:
        return self.filter(open_until__isnull=False)
