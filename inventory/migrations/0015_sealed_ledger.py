"""The database itself refuses to change or remove movements of stock.

SQLite refuses changes alone: its tables are emptied row by row where PostgreSQL truncates, and
whoever has the file could do anything to it. What is missing there is shown by the proof of stock.
"""

from django.db import migrations

from shipping_project.kernel.triggers import trigger

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
CREATE = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
DROP = {
    "postgresql": "DROP FUNCTION stock_ledger_sealed() CASCADE",
    "sqlite": "DROP TRIGGER stock_ledger_sealed",
}


class Migration(migrations.Migration):
    dependencies = [("inventory", "0014_kits_at_platforms")]

    operations = [trigger(create=CREATE, drop=DROP)]
