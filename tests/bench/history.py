"""A long history in few seconds: written by SQL, as the owner, with the same rows that work leaves behind."""

from __future__ import annotations

from typing import Any

from django.db import connections

from carma import clock
from carma.actionfields.models import IncidentType
from carma.geo.models import Address
from carma.incidents.models import Incident
from carma.policy.tallies import rebuild
from interventions.models import Assignment, Team

YEARS = 3
OPEN = 100  # how many incidents are still running

_WORDS = [
    "fietsdiefstal",
    "nachtlawaai",
    "inbraak",
    "woning",
    "aanrijding",
    "parkeerhinder",
    "verdachte",
    "persoon",
    "burenruzie",
    "alarm",
    "winkeldiefstal",
    "vandalisme",
    "sluikstort",
    "loslopende",
    "hond",
    "vechtpartij",
    "cafe",
    "station",
    "school",
    "kerk",
    "rotonde",
    "bestelwagen",
    "bromfiets",
    "sleutels",
    "raam",
    "achterdeur",
    "tuinhuis",
    "garage",
    "schade",
    "gewonde",
    "ruzie",
    "bedreiging",
]

_INCIDENTS = """
INSERT INTO incidents_incident (id, reference, type_id, priority_id, sphere, urgent, status, status_since,
    version, received_at, qualified_at, assigned_at, en_route_at, on_scene_at, cleared_at, closed_at,
    description, place, lat, lon, municipality, sector, wijk, attributes, result, pv_number, no_pv_reason,
    cancelled_because, deferred_reason)
SELECT gen_random_uuid(), extract(year from at)::int || '-' || lpad((900000 + i)::text, 7, '0'),
    type, 2 + i %% 3, 'administrative', false,
    CASE WHEN is_open THEN 'qualified' ELSE 'closed' END, at, CASE WHEN is_open THEN 1 ELSE 7 END, at, at,
    closed - interval '60 minutes', closed - interval '58 minutes', closed - interval '45 minutes',
    closed - interval '10 minutes', closed,
    'Melding van ' || one || ' bij ' || two || ', ' || three || ' gezien', a.street || ' ' || a.number,
    a.lat, a.lon, a.municipality, a.sector, a.wijk, '{}', CASE WHEN is_open THEN '' ELSE 'advice' END,
    '', '', '', ''
FROM (
    SELECT i, %(count)s - i < %(open)s AS is_open,
        now() - make_interval(secs => (%(count)s - i) * (%(years)s * 31536000.0 / %(count)s) + 60) AS at,
        now() - make_interval(secs => (%(count)s - i) * (%(years)s * 31536000.0 / %(count)s) - 7200) AS late,
        (%(types)s::text[])[1 + (i::bigint * 7919) %% array_length(%(types)s::text[], 1)] AS type,
        (%(words)s::text[])[1 + (i * 31) %% %(nouns)s] AS one,
        (%(words)s::text[])[1 + (i * 17) %% %(nouns)s] AS two,
        (%(words)s::text[])[1 + (i * 7) %% %(nouns)s] AS three
    FROM generate_series(1, %(count)s) AS i
) told
CROSS JOIN LATERAL (SELECT CASE WHEN is_open THEN NULL ELSE late END AS closed) ended
JOIN bench_place a ON a.nr = 1 + (i::bigint * 104729) %% (SELECT count(*) FROM bench_place)
"""
_PLACES = """
CREATE TEMPORARY TABLE bench_place AS
SELECT row_number() OVER (ORDER BY id) AS nr, street, number, lat, lon, municipality, sector, wijk
FROM geo_address WHERE municipality <> ''
"""
_REST = """
INSERT INTO incidents_call (id, incident_id, channel, received_at, caller_name, caller_phone, words,
    import_key, taken_by_id)
SELECT gen_random_uuid(), id, 'zone', received_at, 'Beller', '', description, '', %(by)s
FROM incidents_incident;

INSERT INTO interventions_assignment (id, incident_id, team_id, status, status_since, version, assigned_at,
    accepted_at, en_route_at, on_scene_at, ended_at)
SELECT gen_random_uuid(), id, %(team)s, 'cleared', cleared_at, 5, assigned_at, assigned_at, en_route_at,
    on_scene_at, cleared_at
FROM incidents_incident WHERE status = 'closed';

INSERT INTO timers_timer (kind, subject_type, subject_id, about, step, due_at, ended_at, outcome, attempts,
    last_error)
SELECT 'incident.unassigned', 'incidents.incident', id::text, '', 0, received_at, received_at, 'cancelled', 0,
    ''
FROM incidents_incident WHERE status = 'closed';

ALTER TABLE audit_entry DISABLE TRIGGER USER;
INSERT INTO audit_entry (at, recorded_at, actor_id, action, subject_type, subject_id, changes, reason,
    purpose, ip, request_id, seq, prev, hash)
SELECT received_at, received_at, %(by)s, 'incident.' || verb, 'incidents.incident', id::text, '{}', '', '',
    '', '',
    coalesce((SELECT max(seq) FROM audit_entry), 0) + row_number() OVER (ORDER BY received_at, id, verb),
    sha256(verb::bytea), sha256(id::text::bytea)
FROM incidents_incident, unnest(ARRAY['qualified', 'assigned', 'on_scene', 'cleared', 'closed']) AS verb;
"""


def write(count: int, *, by: int, team: str) -> None:
    """Write so many incidents over three years, each with call, assignment, timer and five audit entries."""
    types = list(IncidentType.objects.filter(is_planned=False).values_list("code", flat=True))
    if not Address.objects.exists():
        raise RuntimeError("load a geography first")
    told: dict[str, Any] = {"count": count, "open": OPEN, "years": YEARS, "types": types, "words": _WORDS}
    told["nouns"] = len(_WORDS)
    with connections["owner"].cursor() as cursor:
        cursor.execute(_PLACES)
        cursor.execute(_INCIDENTS, told)
        cursor.execute(_REST, {"by": by, "team": team})
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")
    rebuild()


def ongoing(count: int) -> list[str]:
    """So many running assignments, each of a team of its own; answers their keys."""
    now = clock.now()
    teams = Team.objects.bulk_create(
        Team(call_sign=f"W{number}", base="Genk", sector="GENK", status_since=now) for number in range(count)
    )
    incidents = list(Incident.objects.filter(status=Incident.Status.CLOSED).order_by("-received_at")[:count])
    keys = [each.pk for each in incidents]
    Assignment.objects.filter(incident__in=keys).delete()
    Incident.objects.filter(pk__in=keys).update(
        status=Incident.Status.ASSIGNED,
        status_since=now,
        en_route_at=None,
        on_scene_at=None,
        cleared_at=None,
        closed_at=None,
    )
    sent = Assignment.objects.bulk_create(
        Assignment(team=team, incident=incident, assigned_at=now, status_since=now)
        for team, incident in zip(teams, incidents, strict=True)
    )
    return [str(each.pk) for each in sent]
