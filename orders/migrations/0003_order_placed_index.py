from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_default_rules")]

    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["placed_at"], name="order_placed"),
        ),
    ]
