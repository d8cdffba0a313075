from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "key",
                    models.CharField(max_length=250, primary_key=True, serialize=False),
                ),
                ("value", models.BigIntegerField()),
                ("expires_at", models.BigIntegerField(db_index=True)),
            ],
            options={"db_table": "kernel_counter"},
        )
    ]
