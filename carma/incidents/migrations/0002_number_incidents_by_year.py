from django.db import migrations

# A sequence per year: a counter row would make every call intake wait for the one before.
FORWARD = """
CREATE FUNCTION incidents_next_number(year integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN nextval(format('incidents_number_%s', year)::regclass);
EXCEPTION WHEN undefined_table THEN
    PERFORM pg_advisory_xact_lock(4713);
    EXECUTE format('CREATE SEQUENCE IF NOT EXISTS incidents_number_%s', year);
    RETURN nextval(format('incidents_number_%s', year)::regclass);
END $$;
"""
BACK = "DROP FUNCTION incidents_next_number(integer);"


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
