from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0011_stock_schedules"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="platformstock",
            name="overwritten",
        ),
        migrations.AddField(
            model_name="platformstock",
            name="rest_met",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="How often the same was left over though something was sold meanwhile.",
            ),
        ),
    ]
