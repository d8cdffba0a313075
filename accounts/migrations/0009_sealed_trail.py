"""The database itself refuses to change or remove entries of the audit trail; only the seal is set.

SQLite refuses changes alone: its tables are emptied row by row where PostgreSQL truncates, and
whoever has the file could do anything to it. What is missing there is shown by the chain.
"""

from django.db import migrations

from shipping_project.kernel.triggers import trigger

POSTGRESQL = """
CREATE FUNCTION audit_trail_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seal_number IS NULL
       AND to_jsonb(OLD) - 'seal_number' - 'seal' = to_jsonb(NEW) - 'seal_number' - 'seal' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'entries of the audit trail are never changed or removed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_trail_sealed BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_trail_sealed();
"""
SQLITE = """
CREATE TRIGGER audit_trail_sealed BEFORE UPDATE ON accounts_auditentry
WHEN OLD.seal_number IS NOT NULL
    OR (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.label, OLD.before, OLD.after,
        OLD.request_id) <>
       (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.label, NEW.before, NEW.after,
        NEW.request_id)
    OR OLD.organization_id IS NOT NEW.organization_id OR OLD.address IS NOT NEW.address
BEGIN
    SELECT RAISE(ABORT, 'entries of the audit trail are never changed or removed');
END
"""
CREATE = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
DROP = {
    "postgresql": "DROP FUNCTION audit_trail_sealed() CASCADE",
    "sqlite": "DROP TRIGGER audit_trail_sealed",
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_assign_batches")]

    operations = [trigger(create=CREATE, drop=DROP)]
