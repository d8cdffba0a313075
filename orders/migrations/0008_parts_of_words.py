"""On PostgreSQL, parts of a name and the end of a phone number are found by an index.

Without the extension (it comes with PostgreSQL, yet may be missing or not allowed) the search reads
every row and finds the same.
"""

from django.db import migrations

INDEXES = {
    "order_name_parts": "UPPER(name) gin_trgm_ops",
    "order_phone_parts": "phone gin_trgm_ops",
}
ALLOWED = """
    SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm')
        OR (EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')
            AND has_database_privilege(current_database(), 'CREATE'))
"""


def add_indexes(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(ALLOWED)
        if not cursor.fetchone()[0]:
            return
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for name, what in INDEXES.items():
            cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON orders_order USING gin ({what})")


def drop_indexes(apps, schema_editor):
    """The extension stays: others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for name in INDEXES:
                cursor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_search_indexes")]

    operations = [migrations.RunPython(add_indexes, drop_indexes)]
