"""Rule sets as routing reads them: frozen once published, from their rows until then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from carriers.models import Carrier
from orders.models import RoutingRule, RuleSet
from orders.rules.routing import CarrierRule, Extras, RuleBook, read_extras
from orders.rules.service_wish import ServiceWish, read_wish, wish_of
from shipping_project.kernel.errors import Conflict


class NoLiveRules(Conflict):
    code = "routing.no_live_rules"
    title = "No rule set is live"


def live_rule_set() -> RuleSet:
    found = RuleSet.objects.filter(is_live=True).prefetch_related("rules").first()
    if found is None:
        raise NoLiveRules("Mark one rule set as live in the admin.")
    return found


# Published versions as they were read last, so that a worker makes their router ready once.
MOST_BOOKS = 8
_books: dict[tuple[object, ...], RuleBook] = {}


def rule_book(rule_set: RuleSet) -> RuleBook:
    """With the platforms of the carriers as they are set now."""
    if not rule_set.digest:
        return book_of(rule_set.content or book_content(rule_set), version=rule_set.version)
    return _frozen_book(rule_set, carrier_platforms())


def _frozen_book(rule_set: RuleSet, platform_of: Mapping[str, str]) -> RuleBook:
    return kept_book(
        rule_set.content,
        digest=rule_set.digest,
        version=rule_set.version,
        platform_of=platform_of,
    )


def shadow_book(rule_set: RuleSet, *, platform_of: Mapping[str, str]) -> RuleBook | None:
    """That of the version that decides in its shadow, read once."""
    version, digest = rule_set.shadow_version, rule_set.shadow_digest
    if version is None:
        return None
    kept = _books.get(_book_key(version, digest, platform_of))
    if kept is not None:
        return kept
    found = RuleSet.objects.filter(version=version, digest=digest).first()
    return _frozen_book(found, platform_of) if found else None


def _book_key(version: int, digest: str, platform_of: Mapping[str, str]) -> tuple[object, ...]:
    return (version, digest, *sorted(platform_of.items()))


def kept_book(
    content: Mapping[str, Any], *, digest: str, version: int, platform_of: Mapping[str, str]
) -> RuleBook:
    """The same object for the same rules, so that their router is made ready once."""
    key = _book_key(version, digest, platform_of)
    if key not in _books:
        if len(_books) >= MOST_BOOKS:
            _books.clear()
        _books[key] = book_of(content, version=version, platform_of=platform_of)
    return _books[key]


def book_of(
    content: Mapping[str, Any], *, version: int, platform_of: Mapping[str, str] | None = None
) -> RuleBook:
    platforms = carrier_platforms() if platform_of is None else platform_of
    return _book({**content, "version": version, "platform_of": platforms})


def carrier_platforms() -> dict[str, str]:
    return {c.code: c.platform for c in Carrier.objects.filter(is_active=True)}


def book_content(
    rule_set: RuleSet, *, rules: Iterable[RoutingRule] | None = None
) -> dict[str, Any]:
    """The rules of the rows, and the defaults, as plain JSON: what is frozen by publishing.

    `rules` are taken in place of those of the rows.
    """
    rows = rule_set.rules.all() if rules is None else rules
    active = sorted((r for r in rows if r.is_active), key=lambda r: r.position)
    content = {
        "rules": [asdict(as_carrier_rule(rule)) for rule in active],
        "default_carrier": rule_set.default_carrier,
        "export_carrier": rule_set.export_carrier,
        "export_platform": rule_set.export_platform,
        "warehouse_preference": list(rule_set.warehouse_preference),
    }
    plain: dict[str, Any] = json.loads(json.dumps(content))
    return plain


def record_digest(record: object) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def restored_book(record: Mapping[str, Any], *, rule_set: RuleSet | None = None) -> RuleBook:
    """The book of a stored decision, which holds its rules or names the version that does.

    `rule_set` is that version where it has been read already.
    """
    if "rules" in record:
        return _book(record)
    frozen = rule_set or RuleSet.objects.get(version=record["version"])
    if frozen.digest != record["digest"]:
        raise Conflict(f"Version {frozen.version} is not what the decision was made by.")
    return _frozen_book(frozen, record["platform_of"])


def _book(data: Mapping[str, Any]) -> RuleBook:
    return RuleBook(
        **{
            **data,
            "rules": tuple(_restored_rule(rule) for rule in data["rules"]),
            "warehouse_preference": tuple(data["warehouse_preference"]),
        }
    )


def _restored_rule(data: Mapping[str, Any]) -> CarrierRule:
    wish = data.get("wish")
    lists = {name: tuple(data.get(name, ())) for name in ("regions", "warehouses")}
    extras = read_extras(data.get("extras") or {})
    return CarrierRule(
        **{**data, **lists, "wish": read_wish(wish) if wish else None, "extras": extras}
    )


def as_carrier_rule(rule: RoutingRule) -> CarrierRule:
    return CarrierRule(
        name=rule.name,
        country=rule.country,
        regions=tuple(rule.regions),
        carrier=rule.carrier,
        reach=rule.reach,
        condition=rule.condition,
        platform=rule.platform,
        wish=_wish(rule),
        warehouses=tuple(rule.warehouses),
        hold_reason=rule.hold_reason,
        split=rule.split,
        extras=Extras(
            is_insured=rule.is_insured,
            wants_signature=rule.wants_signature,
            incoterm=rule.incoterm,
            tags=tuple(rule.tags),
            assignee=rule.assignee,
            package=rule.package,
        ),
        stop=rule.stop,
        valid_from=rule.valid_from.isoformat() if rule.valid_from else "",
        valid_until=rule.valid_until.isoformat() if rule.valid_until else "",
    )


def _wish(rule: RoutingRule) -> ServiceWish | None:
    return wish_of(
        strategy=rule.strategy,
        service=rule.service,
        max_days=rule.max_days,
        day_worth=rule.day_worth,
        any_carrier=rule.any_carrier,
    )
