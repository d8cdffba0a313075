"""The version that was live before decides beside the live one for some days, in its shadow."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from orders.models import RoutingDecision, RuleSet, ShadowDifference
from orders.rules.replay import changed_aspects, way_of
from orders.rules.routing import RouteDecision, RouteSnapshot, router_for
from orders.services.rule_books import shadow_book


def begin_shadow(live: RuleSet, *, before: RuleSet | None) -> None:
    """From now on `before` decides in the shadow of `live`; saved with it by the caller."""
    now = timezone.now()
    days = settings.ROUTING_WATCH_DAYS
    live.shadow_version = before.version if before and days else None
    live.shadow_digest = before.digest if before and days else ""
    live.shadow_since = now
    live.shadow_until = now + timedelta(days=days)


def end_shadow(replaced: RuleSet) -> None:
    """No decisions come any more of rules that are not live; saved by the caller."""
    now = timezone.now()
    if replaced.shadow_until and replaced.shadow_until > now:
        replaced.shadow_until = now


def has_shadow(rule_set: RuleSet, now: datetime) -> bool:
    until = rule_set.shadow_until
    return rule_set.shadow_version is not None and until is not None and now < until


def note_shadow(
    decision: RoutingDecision, rule_set: RuleSet, snapshot: RouteSnapshot, route: RouteDecision
) -> None:
    """Written down only where the rules before would have sent it another way.

    `route` is what the live rules chose. Where those before ask for prices that nobody has looked
    at, nothing is asked, and the order counts as the same.
    """
    if not has_shadow(rule_set, decision.at):
        return
    shadow = shadow_book(rule_set, platform_of=snapshot.book.platform_of)
    other = router_for(shadow).route(snapshot) if shadow else None
    if shadow is None or other is None or other.wants is not None:
        return
    before, now = way_of(other), way_of(route)
    if changed_aspects(before, now):
        ShadowDifference.objects.create(
            decision=decision,
            shadow=RuleSet.objects.get(version=shadow.version),
            way=before.as_dict(),
            actual=now.as_dict(),
        )
