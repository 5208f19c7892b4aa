from django.db import migrations

# Positions are given at COMMIT under one lock, so that they appear in the order in which they become
# visible; a plain `id > last` cursor loses events that commit out of order.
FORWARD = """
CREATE SEQUENCE events_event_position;
CREATE FUNCTION events_give_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4712);
    UPDATE events_event SET pos = nextval('events_event_position') WHERE id = NEW.id;
    PERFORM pg_notify('carma_events', '');
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER events_give_position AFTER INSERT ON events_event DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION events_give_position();
"""
BACK = """
DROP TRIGGER events_give_position ON events_event;
DROP FUNCTION events_give_position();
DROP SEQUENCE events_event_position;
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
