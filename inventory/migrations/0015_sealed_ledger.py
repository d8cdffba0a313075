"""The database itself refuses to change or remove movements of stock.

SQLite refuses changes alone: its tables are emptied row by row where PostgreSQL truncates, and
whoever has the file could do anything to it. What is missing there is shown by the proof of stock.
"""

from django.db import migrations

REFUSED = "movements of stock are never changed or removed"
POSTGRESQL = f"""
CREATE FUNCTION stock_ledger_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER stock_ledger_sealed BEFORE UPDATE OR DELETE ON inventory_stockmovement
    FOR EACH ROW EXECUTE FUNCTION stock_ledger_sealed();
"""
SQLITE = f"""
CREATE TRIGGER stock_ledger_sealed BEFORE UPDATE ON inventory_stockmovement
BEGIN
    SELECT RAISE(ABORT, '{REFUSED}');
END
"""
DROP = {
    "postgresql": "DROP FUNCTION stock_ledger_sealed() CASCADE",
    "sqlite": "DROP TRIGGER stock_ledger_sealed",
}


def seal(apps, schema_editor):
    statement = {"postgresql": POSTGRESQL, "sqlite": SQLITE}.get(schema_editor.connection.vendor)
    if statement:
        # A trigger holds statements of its own, so it is handed over whole.
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(statement)


def unseal(apps, schema_editor):
    statement = DROP.get(schema_editor.connection.vendor)
    if statement:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0014_kits_at_platforms")]

    operations = [migrations.RunPython(seal, unseal)]
