from django.db import migrations

RULES = [
    (10, "Nevada by FedEx", ["NV"], "FEDEX"),
    (20, "California by DHL", ["CA"], "DHL"),
    (30, "New York and Texas by UPS", ["NY", "TX"], "UPS"),
    (40, "Florida by USPS", ["FL"], "USPS"),
]


def add(apps, schema_editor):
    rule_set_model = apps.get_model("orders", "RuleSet")
    if rule_set_model.objects.exists():
        return
    rule_set = rule_set_model.objects.create(
        name="Default",
        version=1,
        is_live=True,
        default_carrier="UPS",
        export_carrier="FEDEX",
        export_platform="easyship",
        warehouse_preference=["same_region", "region:US-NV", "region:US-CA", "nearest"],
    )
    rule = apps.get_model("orders", "RoutingRule")
    for position, name, regions, carrier in RULES:
        rule.objects.create(
            rule_set=rule_set, position=position, name=name, regions=regions, carrier=carrier
        )


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
