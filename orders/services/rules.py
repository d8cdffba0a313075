"""Which version of the rules is live, and new versions from old ones."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.services.audit import record_audit
from inventory.models import Warehouse
from orders.models import RoutingRule, RuleSet

RULE_FIELDS = tuple(
    field.attname
    for field in RoutingRule._meta.concrete_fields
    if field.name not in ("id", "rule_set")
)


def publish_rule_set(*, rule_set_id: int, actor: str) -> RuleSet:
    """Make this version the live one in place of the last; a repeat changes nothing.

    Orders dispatched from now on are routed by it; decisions already made stay as they are.
    """
    with transaction.atomic():
        # All rows are locked in one order, so that of two publications one follows the other.
        rule_sets = {row.pk: row for row in RuleSet.objects.select_for_update().order_by("pk")}
        chosen = rule_sets[rule_set_id]
        if chosen.is_live:
            return chosen
        live = next((row.version for row in rule_sets.values() if row.is_live), None)
        now = timezone.now()
        RuleSet.objects.filter(is_live=True).update(is_live=False, updated_at=now)
        RuleSet.objects.filter(pk=chosen.pk).update(is_live=True, updated_at=now)
        chosen.is_live = True
        record_audit(
            actor=actor,
            action="ruleset.published",
            subject=chosen,
            before={"live_version": live},
            after={"live_version": chosen.version},
        )
        return chosen


def copy_rule_set(*, rule_set_id: int, actor: str) -> RuleSet:
    """A new version with the same rules, not live, to be changed and published later."""
    with transaction.atomic():
        source = RuleSet.objects.get(pk=rule_set_id)
        copy = RuleSet.objects.create(
            name=source.name,
            version=next_version(),
            note=f"Copied from version {source.version}.",
            default_carrier=source.default_carrier,
            export_carrier=source.export_carrier,
            export_platform=source.export_platform,
            warehouse_preference=source.warehouse_preference,
        )
        RoutingRule.objects.bulk_create(
            RoutingRule(rule_set=copy, **{name: getattr(rule, name) for name in RULE_FIELDS})
            for rule in source.rules.all()
        )
        record_audit(
            actor=actor,
            action="ruleset.copied",
            subject=copy,
            after={"version": copy.version, "from_version": source.version},
        )
        return copy


def next_version() -> int:
    highest: int | None = RuleSet.objects.aggregate(highest=Max("version"))["highest"]
    return (highest or 0) + 1


def warehouse_codes() -> frozenset[str]:
    return frozenset(Warehouse.objects.values_list("code", flat=True))
