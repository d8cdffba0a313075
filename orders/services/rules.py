"""Versions of the rules: one draft to change, one live, all others as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record_audit
from inventory.models import Warehouse
from orders.models import Box, RoutingRule, RuleSet
from orders.rules.rule_check import rule_faults
from orders.services.gate import pass_gate
from orders.services.rule_books import as_carrier_rule, book_content, record_digest
from orders.services.shadow import begin_shadow, end_shadow
from shipping_project.kernel.errors import Conflict, FieldError, InvalidInput
from shipping_project.kernel.versions import hold_to_seen

RULE_FIELDS = tuple(
    field.attname
    for field in RoutingRule._meta.concrete_fields
    if field.name not in ("id", "rule_set")
)
DEFAULTS = ("default_carrier", "export_carrier", "export_platform", "warehouse_preference")


class DraftExists(Conflict):
    code = "rules.draft_exists"
    title = "There is a draft already"


class NotADraft(Conflict):
    code = "rules.not_a_draft"
    title = "Only the draft can be changed"


class ChangedMeanwhile(Conflict):
    code = "rules.changed_meanwhile"
    title = "Somebody changed the draft meanwhile"


def publish_rule_set(*, rule_set_id: int, actor: str) -> RuleSet:
    """Make this version the live one in place of the last; a repeat changes nothing.

    The draft is frozen by it; an earlier version that was live goes back as it was. Orders
    dispatched from now on are routed by it; decisions already made stay as they are.
    Raises InvalidInput with every fault of the draft's rules, and NotRehearsed or NotApproved where
    the gate keeps it back. An earlier version has been live and may come back at any moment.
    """
    with transaction.atomic():
        rule_sets = _all_locked()
        chosen = rule_sets[rule_set_id]
        if chosen.is_live:
            return chosen
        if not chosen.digest:
            _freeze(chosen, actor=actor)
        live = next((row for row in rule_sets.values() if row.is_live), None)
        if live is not None:
            end_shadow(live)
            _set_live(live, to=False)
        begin_shadow(chosen, before=live)
        _set_live(chosen, to=True)
        record_audit(
            actor=actor,
            action="ruleset.published",
            subject=chosen,
            before={"live_version": live.version if live else None},
            after={"live_version": chosen.version},
        )
        return chosen


def _all_locked() -> dict[int, RuleSet]:
    """All rows in one order, so that of two publications one follows the other."""
    return {row.pk: row for row in RuleSet.objects.select_for_update().order_by("pk")}


def _freeze(draft: RuleSet, *, actor: str) -> None:
    check_rules(list(draft.rules.order_by("position")))
    content = book_content(draft)
    digest = record_digest(content)
    pass_gate(draft, digest=digest)
    draft.content, draft.digest = content, digest
    draft.is_draft = False
    draft.published_at = timezone.now()
    draft.published_by = actor
    draft.save()


def _set_live(rule_set: RuleSet, *, to: bool) -> None:
    rule_set.is_live = to
    shadow = ("shadow_version", "shadow_digest", "shadow_since", "shadow_until")
    rule_set.save(update_fields=["is_live", "updated_at", *shadow])


def check_rules(rules: Sequence[RoutingRule]) -> None:
    """Raises InvalidInput naming each fault as `rules[2].condition.all[0]`."""
    known, boxes = warehouse_codes(), box_names()
    faults: list[FieldError] = []
    for place, rule in enumerate(rules):
        found = rule_faults(as_carrier_rule(rule), warehouses=known, boxes=boxes)
        faults += [replace(fault, field=f"rules[{place}].{fault.field}") for fault in found]
    if faults:
        raise InvalidInput("Some rules cannot work.", errors=faults)


def copy_rule_set(*, rule_set_id: int, actor: str, note: str = "") -> RuleSet:
    """The draft, with the same rules as this version, to be changed and published later.

    Raises DraftExists.
    """
    with transaction.atomic():
        _no_draft(_all_locked())
        source = RuleSet.objects.get(pk=rule_set_id)
        copy = RuleSet.objects.create(
            name=source.name,
            version=next_version(),
            is_draft=True,
            created_by=actor,
            note=note or f"Copied from version {source.version}.",
            **{name: getattr(source, name) for name in DEFAULTS},
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


def _no_draft(rule_sets: Mapping[int, RuleSet]) -> None:
    draft = next((row for row in rule_sets.values() if row.is_draft), None)
    if draft is not None:
        raise DraftExists(f"Version {draft.version} is the draft; publish or discard it first.")


def change_draft(
    *,
    rule_set_id: int,
    changes: Mapping[str, Any],
    rules: Sequence[Mapping[str, Any]] | None,
    actor: str,
    seen: str = "",
) -> RuleSet:
    """Set fields of the draft, and all of its rules at once, in the order given.

    `seen` is `updated_at` of the draft, ISO 8601, as whoever changes it saw it; "" does not ask.
    Raises NotADraft, ChangedMeanwhile, and InvalidInput with every fault of the rules; nothing is
    changed then.
    """
    with transaction.atomic():
        draft = locked_draft(rule_set_id)
        hold_to_seen(draft)
        if seen and draft.updated_at.isoformat() != seen:
            raise ChangedMeanwhile("Look at it as it is now, and change it again.")
        before = {name: getattr(draft, name) for name in changes}
        for name, value in changes.items():
            setattr(draft, name, value)
        draft.save()
        after = dict(changes)
        if rules is not None:
            after["rules"] = _replace_rules(draft, rules)
        record_audit(
            actor=actor, action="ruleset.changed", subject=draft, before=before, after=after
        )
        return draft


def rows_of(rule_set: RuleSet, rules: Sequence[Mapping[str, Any]]) -> list[RoutingRule]:
    """Not saved; in the order given."""
    return [
        RoutingRule(**{"rule_set": rule_set, "position": 10 * place, **rule})
        for place, rule in enumerate(rules, start=1)
    ]


def _replace_rules(draft: RuleSet, rules: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = rows_of(draft, rules)
    check_rules(rows)
    draft.rules.all().delete()
    RoutingRule.objects.bulk_create(rows)
    return [rule.name for rule in rows]


def discard_draft(*, rule_set_id: int, actor: str) -> None:
    """Raises NotADraft for any version that was ever live."""
    with transaction.atomic():
        draft = locked_draft(rule_set_id)
        hold_to_seen(draft)
        record_audit(
            actor=actor,
            action="ruleset.discarded",
            subject=draft,
            before={"version": draft.version},
        )
        draft.delete()


def locked_draft(rule_set_id: int) -> RuleSet:
    row = _all_locked()[rule_set_id]
    if not row.is_draft:
        raise NotADraft(f"Version {row.version} was published; copy it to a new draft.")
    return row


def next_version() -> int:
    highest: int | None = RuleSet.objects.aggregate(highest=Max("version"))["highest"]
    return (highest or 0) + 1


def warehouse_codes() -> frozenset[str]:
    return frozenset(Warehouse.objects.values_list("code", flat=True))


def box_names() -> frozenset[str]:
    """Of all organizations, as rules are for all of them."""
    return frozenset(Box.objects.filter(is_active=True).values_list("name", flat=True))


def is_at_work(username: str) -> bool:
    """Whether orders may be given to a person of this name."""
    return User.objects.filter(username=username, is_active=True).exists()
