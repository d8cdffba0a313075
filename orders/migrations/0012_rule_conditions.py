import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0011_label_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="routingdecision",
            name="service_wish",
            field=models.JSONField(
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="Which of the carrier's services is to be bought; empty means the cheapest.",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="condition",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                help_text="What else must be so: groups of all, any and none. Empty means nothing more.",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="day_worth",
            field=models.DecimalField(
                db_default=0,
                decimal_places=2,
                default=0,
                help_text="For the best score: what a day sooner is worth, in the currency of the prices.",
                max_digits=8,
                validators=[django.core.validators.MinValueValidator(0)],
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="hold_reason",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Keep the order back for a person, with this reason.",
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="max_days",
            field=models.PositiveSmallIntegerField(
                db_default=0,
                default=0,
                help_text="Only services that arrive within so many days; 0 any.",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="platform",
            field=models.CharField(
                blank=True,
                choices=[("veeqo", "Veeqo"), ("easyship", "Easyship")],
                db_default="",
                default="",
                help_text="Empty means the one where the carrier is bought.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="reach",
            field=models.CharField(
                choices=[
                    ("inside", "Stays in the country"),
                    ("leaving", "Leaves the country"),
                    ("both", "Both"),
                ],
                db_default="inside",
                default="inside",
                help_text="Which parcels it is for, seen from the warehouse.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="service",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Only services whose name holds these words.",
                max_length=60,
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="stop",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="When it matches, look at no later rule.",
                verbose_name="stop here",
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="strategy",
            field=models.CharField(
                blank=True,
                choices=[
                    ("cheapest", "Cheapest"),
                    ("fastest", "Fastest"),
                    ("best_score", "Best score"),
                ],
                db_default="",
                default="",
                help_text="Which of the carrier's services; empty means the cheapest.",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="valid_from",
            field=models.DateField(blank=True, help_text="First day, in UTC.", null=True),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="valid_until",
            field=models.DateField(blank=True, help_text="Last day, in UTC.", null=True),
        ),
        migrations.AddField(
            model_name="routingrule",
            name="warehouses",
            field=models.JSONField(
                blank=True,
                db_default=models.Value([], models.JSONField()),
                default=list,
                help_text="Codes of warehouses to leave from if they hold every line, best first.",
            ),
        ),
        migrations.AlterField(
            model_name="routingrule",
            name="carrier",
            field=models.CharField(
                blank=True,
                choices=[("FEDEX", "FEDEX"), ("UPS", "UPS"), ("DHL", "DHL"), ("USPS", "USPS")],
                default="",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="routingrule",
            name="country",
            field=models.CharField(
                blank=True, default="US", help_text="Empty means any.", max_length=2
            ),
        ),
        migrations.AlterField(
            model_name="routingrule",
            name="position",
            field=models.PositiveIntegerField(help_text="Lower goes first."),
        ),
        migrations.AlterField(
            model_name="routingrule",
            name="regions",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='Two-letter states as ["NY", "TX"]; empty means any.',
            ),
        ),
    ]
