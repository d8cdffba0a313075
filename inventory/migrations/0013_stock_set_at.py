from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0012_stock_told_for_sure"),
    ]

    operations = [
        migrations.AddField(
            model_name="platformstock",
            name="set_at",
            field=models.DateTimeField(
                blank=True, help_text="When that was set, by the platform's clock.", null=True
            ),
        ),
    ]
