from django.db import migrations

# The lock is the one that events take for their position: two locks in two orders would deadlock.
CHAIN = """
CREATE FUNCTION audit_digest(e audit_entry, seq bigint, prev bytea) RETURNS bytea
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT sha256(prev || convert_to(jsonb_build_object(
        'seq', seq,
        'id', e.id,
        'at', to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'recorded_at', to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'actor', e.actor_id, 'action', e.action, 'subject_type', e.subject_type, 'subject_id', e.subject_id,
        'changes', e.changes, 'reason', e.reason, 'purpose', e.purpose, 'ip', e.ip, 'request_id', e.request_id
    )::text, 'UTF8'))
$$;

CREATE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE tip record; entry audit_entry;
BEGIN
    PERFORM pg_advisory_xact_lock(4712);
    SELECT * INTO entry FROM audit_entry WHERE id = NEW.id;
    SELECT seq, hash INTO tip FROM audit_entry WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1;
    UPDATE audit_entry SET
        seq = coalesce(tip.seq, 0) + 1,
        prev = coalesce(tip.hash, '\\x00'::bytea),
        hash = audit_digest(entry, coalesce(tip.seq, 0) + 1, coalesce(tip.hash, '\\x00'::bytea))
    WHERE id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION audit_blank() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.seq := NULL; NEW.prev := NULL; NEW.hash := NULL;
    RETURN NEW;
END $$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_entry is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_blank BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_blank();
CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON audit_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_refuse_update BEFORE UPDATE ON audit_entry FOR EACH ROW
    WHEN (OLD.hash IS NOT NULL) EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_refuse_delete BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION audit_refuse();

-- Every role but the owner may read and add, no more.
DO $$
DECLARE one record;
BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_name = 'audit_entry' AND grantee <> current_user
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit_entry FROM %I', one.grantee);
    END LOOP;
END $$;
"""
UNCHAIN = """
DROP TRIGGER audit_refuse_truncate ON audit_entry;
DROP TRIGGER audit_refuse_delete ON audit_entry;
DROP TRIGGER audit_refuse_update ON audit_entry;
DROP TRIGGER audit_chain ON audit_entry;
DROP TRIGGER audit_blank ON audit_entry;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_blank();
DROP FUNCTION audit_chain();
DROP FUNCTION audit_digest(audit_entry, bigint, bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(CHAIN, UNCHAIN)]
