import django.db.models.deletion
from django.db import migrations, models

# The application may add and read positions, not change them; days are made and dropped by the owner, in
# whose name the function runs. It gives up rather than hold up dispatch behind its locks.
TABLE = """
CREATE TABLE interventions_position (
    team_id uuid NOT NULL,
    reported_at timestamptz NOT NULL,
    provider varchar(20) NOT NULL,
    received_at timestamptz NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    speed_kmh double precision,
    heading double precision,
    accuracy_m double precision,
    PRIMARY KEY (team_id, reported_at, provider)
) PARTITION BY RANGE (reported_at);

CREATE FUNCTION interventions_keep_positions(first_day date, last_day date, oldest_day date)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE one date; name text; old text; done integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(4713);
    FOR one IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
        name := 'interventions_position_' || to_char(one, 'YYYYMMDD');
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE interventions_position INCLUDING ALL)', name);
        IF session_user <> current_user THEN
            EXECUTE format('REVOKE ALL ON TABLE %I FROM %I', name, session_user);
        END IF;
        EXECUTE format('ALTER TABLE interventions_position ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       name, to_char(one, 'YYYY-MM-DD') || ' 00:00+00',
                       to_char(one + 1, 'YYYY-MM-DD') || ' 00:00+00');
        done := done + 1;
    END LOOP;
    FOR old IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'interventions_position'::regclass
          AND c.relname < 'interventions_position_' || to_char(oldest_day, 'YYYYMMDD')
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE %I', old);
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;

DO $$
DECLARE one record;
BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_name = 'interventions_position' AND grantee <> current_user
    LOOP
        EXECUTE format(
            'REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON interventions_position FROM %I',
            one.grantee
        );
    END LOOP;
END $$;
"""
UNDO = """
DROP FUNCTION interventions_keep_positions(date, date, date);
DROP TABLE interventions_position;
"""
STATE = [
    migrations.CreateModel(
        name="Position",
        fields=[
            (
                "pk",
                models.CompositePrimaryKey(
                    "team",
                    "reported_at",
                    "provider",
                    blank=True,
                    editable=False,
                    primary_key=True,
                    serialize=False,
                ),
            ),
            ("reported_at", models.DateTimeField()),
            ("provider", models.CharField(max_length=20)),
            ("received_at", models.DateTimeField()),
            ("lat", models.FloatField()),
            ("lon", models.FloatField()),
            ("speed_kmh", models.FloatField(blank=True, null=True)),
            ("heading", models.FloatField(blank=True, null=True)),
            ("accuracy_m", models.FloatField(blank=True, null=True)),
            (
                "team",
                models.ForeignKey(
                    db_constraint=False,
                    db_index=False,
                    on_delete=django.db.models.deletion.DO_NOTHING,
                    related_name="positions",
                    to="interventions.team",
                ),
            ),
        ],
        options={
            "verbose_name": "position",
            "verbose_name_plural": "positions",
            "permissions": [
                ("report_position", "Report where teams are"),
                ("view_track", "See where teams have been"),
            ],
            "default_permissions": (),
        },
    ),
]


class Migration(migrations.Migration):
    dependencies = [
        ("interventions", "0004_know_teams_by_their_device"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLE, UNDO)], state_operations=STATE
        ),
    ]
