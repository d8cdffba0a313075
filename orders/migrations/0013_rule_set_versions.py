from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0012_rule_conditions"),
    ]

    operations = [
        migrations.AddField(
            model_name="ruleset",
            name="content",
            field=models.JSONField(
                blank=True, db_default=models.Value({}, models.JSONField()), default=dict
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="created_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="digest",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="SHA-256 of the content.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="is_draft",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="published_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was first made live.", null=True
            ),
        ),
        migrations.AddField(
            model_name="ruleset",
            name="published_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=120),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_draft", True)),
                fields=("is_draft",),
                name="one_draft_rule_set",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_draft", True), ("is_live", True), _negated=True),
                name="live_rules_are_no_draft",
            ),
        ),
    ]
