from django.db import migrations

CARRIERS = [
    ("FEDEX", "FedEx", "easyship"),
    ("UPS", "UPS", "veeqo"),
    ("DHL", "DHL", "veeqo"),
    ("USPS", "USPS", "veeqo"),
]


def add(apps, schema_editor):
    carrier = apps.get_model("carriers", "Carrier")
    for code, name, platform in CARRIERS:
        carrier.objects.get_or_create(code=code, defaults={"name": name, "platform": platform})
    account = apps.get_model("carriers", "PlatformAccount")
    for platform in ("veeqo", "easyship"):
        account.objects.get_or_create(platform=platform)


class Migration(migrations.Migration):
    dependencies = [("carriers", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
