import hashlib
import json

from django.db import migrations


def freeze(apps, schema_editor):
    """What is live or was decided by is published; of the others the newest is the draft."""
    rule_set_model = apps.get_model("orders", "RuleSet")
    decided = apps.get_model("orders", "RoutingDecision").objects.values("rule_set_id")
    published = rule_set_model.objects.filter(is_live=True) | rule_set_model.objects.filter(
        pk__in=decided
    )
    for row in published.filter(digest=""):
        row.content = json.loads(json.dumps(_content(row)))
        row.digest = hashlib.sha256(json.dumps(row.content, sort_keys=True).encode()).hexdigest()
        row.published_at = row.updated_at
        row.save(update_fields=["content", "digest", "published_at"])
    if not rule_set_model.objects.filter(is_draft=True).exists():
        newest = rule_set_model.objects.filter(digest="").order_by("-version").first()
        if newest is not None:
            rule_set_model.objects.filter(pk=newest.pk).update(is_draft=True)


def _content(row):
    active = row.rules.filter(is_active=True).order_by("position")
    return {
        "rules": [_rule(rule) for rule in active],
        "default_carrier": row.default_carrier,
        "export_carrier": row.export_carrier,
        "export_platform": row.export_platform,
        "warehouse_preference": list(row.warehouse_preference),
    }


def _rule(rule):
    wish = None
    if rule.strategy or rule.service or rule.max_days:
        wish = {
            "strategy": rule.strategy or "cheapest",
            "service": rule.service,
            "max_days": rule.max_days,
            "day_worth": str(rule.day_worth) if rule.strategy == "best_score" else "",
        }
    return {
        "name": rule.name,
        "country": rule.country,
        "regions": list(rule.regions),
        "carrier": rule.carrier,
        "reach": rule.reach,
        "condition": rule.condition,
        "platform": rule.platform,
        "wish": wish,
        "warehouses": list(rule.warehouses),
        "hold_reason": rule.hold_reason,
        "stop": rule.stop,
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else "",
        "valid_until": rule.valid_until.isoformat() if rule.valid_until else "",
    }


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_rule_set_versions")]
    operations = [migrations.RunPython(freeze, migrations.RunPython.noop)]
