"""Where teams are, as their devices tell it through the API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.events.models import Event
from interventions import positions
from interventions.models import Position, Team
from tests.cast import Login, Member

URL = "/api/v1/positions/"

pytestmark = pytest.mark.usefixtures("clock", "days")


@pytest.fixture
def days(db: None, clock: time_machine.Traveller) -> None:
    positions.keep_days()


@pytest.fixture
def provider(member: Member) -> User:
    return member("radio-link", "provider")


def at(team: str = "GK12", *, ago: timedelta = timedelta(), **told: Any) -> dict[str, Any]:
    moment = (time_now.now() - ago).isoformat()
    row = {"call_sign": team, "provider": "radio", "reported_at": moment, "lat": 50.96, "lon": 5.49}
    return {name: value for name, value in (row | told).items() if value is not None}


def told(api: Login, provider: User, *rows: Any) -> dict[str, Any]:
    r = api(provider).post(URL, {"positions": list(rows)})
    assert r.status_code == 200, r.json()
    answer: dict[str, Any] = r.json()
    return answer


def test_the_team_stands_where_its_device_says(api: Login, provider: User, team: Team) -> None:
    answer = told(api, provider, at(lat=50.97, lon=5.5, speed_kmh=48.5))

    assert answer == {"moved": 1, "kept": 0, "duplicates": 0, "refused": []}
    team.refresh_from_db()
    assert (team.lat, team.lon, team.position_at) == (50.97, 5.5, time_now.now())
    assert Position.objects.get().speed_kmh == 48.5


def test_it_is_no_change_of_state(api: Login, provider: User, team: Team) -> None:
    told(api, provider, at())

    assert not Entry.objects.filter(subject_type="interventions.team").exists()
    assert not Event.objects.filter(subject_type="interventions.team").exists()
    assert Team.objects.get().version == team.version


def test_out_of_order_the_newest_counts(api: Login, provider: User, team: Team) -> None:
    rows = [
        at(ago=timedelta(minutes=1), lat=50.91),
        at(lat=50.93),
        at(ago=timedelta(minutes=2), lat=50.92),
    ]
    answer = told(api, provider, *rows)

    assert (answer["moved"], answer["kept"]) == (3, 0)
    assert Team.objects.get().lat == 50.93
    late = told(api, provider, at(ago=timedelta(minutes=5), lat=50.9))
    assert (late["moved"], late["kept"]) == (0, 1)
    assert Team.objects.get().lat == 50.93
    assert Position.objects.count() == 4


def test_a_batch_that_comes_twice_changes_nothing(api: Login, provider: User, team: Team) -> None:
    rows = [at(), at(), at(ago=timedelta(seconds=5))]
    first = told(api, provider, *rows)
    again = told(api, provider, *rows)

    assert (first["duplicates"], again["duplicates"]) == (1, 3)
    assert Position.objects.count() == 2


@pytest.mark.parametrize("name", ["team", "call_sign", "device"])
def test_a_team_goes_by_three_names(api: Login, provider: User, team: Team, name: str) -> None:
    team.device = "TETRA-4471"
    team.save(update_fields=["device"])
    names = {"team": str(team.pk), "call_sign": "GK12", "device": "TETRA-4471"}

    assert told(api, provider, at("") | {"call_sign": None} | {name: names[name]})["moved"] == 1


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ({"lat": 91}, "invalid_position", "lat"),
        ({"lat": "50.9"}, "invalid_position", "lat"),
        ({"lon": True}, "invalid_position", "lon"),
        ({"heading": 361}, "invalid_position", "heading"),
        ({"provider": ""}, "invalid_position", "provider"),
        ({"provider": "ra\ndio"}, "invalid_position", "provider"),
        ({"reported_at": "2026-03-28T23:00:00"}, "invalid_position", "reported_at"),
        ({"reported_at": "gisteren"}, "invalid_position", "reported_at"),
        ({"reported_at": "0001-01-01T00:00:00+14:00"}, "invalid_position", "reported_at"),
        ({"reported_at": "2026-03-29T01:00:00Z"}, "in_future", "reported_at"),
        ({"reported_at": "2026-03-27T01:00:00Z"}, "too_old", "reported_at"),
        ({"team": "00000000-0000-0000-0000-00000000000g", "call_sign": None}, "invalid_position", "team"),
        ({"device": "X"}, "invalid_position", "team"),
        ({"colour": "blue"}, "invalid_position", "colour"),
        ({"call_sign": "ZZ99"}, "unknown_team", "call_sign"),
    ],
)
def test_one_bad_row_is_named_and_the_others_count(
    api: Login, provider: User, team: Team, row: dict[str, Any], code: str, field: str
) -> None:
    answer = told(api, provider, at(), at(ago=timedelta(seconds=1), **row))

    assert answer["refused"] == [{"row": 1, "code": code, "field": field}]
    assert answer["moved"] == 1


@pytest.mark.parametrize("row", [None, 7, [], "x"])
def test_what_is_no_row_is_refused(api: Login, provider: User, team: Team, row: Any) -> None:
    assert told(api, provider, row)["refused"] == [{"row": 0, "code": "invalid_position", "field": ""}]


@pytest.mark.parametrize("body", [{}, {"positions": {}}, {"positions": [{}] * 1001}, {"rows": []}, []])
def test_what_is_no_batch_is_refused(api: Login, provider: User, body: Any) -> None:
    r = api(provider).post(URL, body)

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")


def test_a_team_off_duty_is_not_followed(api: Login, provider: User, dispatcher: User, team: Team) -> None:
    team.go_off_duty(by=dispatcher)

    assert told(api, provider, at())["refused"][0]["code"] == "unknown_team"


def test_it_takes_as_many_queries_for_one_as_for_many(api: Login, provider: User, team: Team) -> None:
    positions.report([at()], by=provider)
    with CaptureQueriesContext(
        connection,
    ) as one:
        positions.report([at(ago=timedelta(seconds=1))], by=provider)
    with CaptureQueriesContext(connection) as many:
        positions.report([at(ago=timedelta(seconds=2 + i)) for i in range(200)], by=provider)

    assert len(one) == len(many)


def test_a_day_nobody_prepared_is_made(
    api: Login, provider: User, team: Team, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=9))

    assert told(api, provider, at())["moved"] == 1


def test_old_days_are_dropped(api: Login, provider: User, team: Team, clock: time_machine.Traveller) -> None:
    told(api, provider, at())
    clock.shift(timedelta(days=29))
    positions.keep_days()
    assert Position.objects.count() == 1
    clock.shift(timedelta(days=2))
    positions.keep_days()

    assert Position.objects.count() == 0


def test_two_providers_at_once(committed: None, api: Login, member: Member) -> None:
    provider = member("radio-link", "provider")
    now = time_now.now()
    teams = [Team(call_sign=f"T{i}", base="Genk", status_since=now) for i in range(20)]
    Team.objects.bulk_create(teams)
    positions.keep_days()

    def tell(source: str) -> int:
        order = teams if source == "radio" else teams[::-1]
        try:
            return int(told(api, provider, *(at(one.call_sign, provider=source) for one in order))["moved"])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        moved = list(pool.map(tell, ["radio", "tablet"]))

    assert sorted(moved) == [0, 20]  # the same moment: who came second is kept for the track
    assert Position.objects.count() == 40


def test_the_track_is_read_and_that_is_recorded(
    api: Login, provider: User, dispatcher: User, team: Team
) -> None:
    told(api, provider, *(at(ago=timedelta(minutes=i), lat=50.9 + i / 100) for i in range(4)))
    since = (time_now.now() - timedelta(minutes=2)).isoformat()
    asked = {"reported_from": since, "limit": "2"}
    r = api(dispatcher).get(f"/api/v1/teams/{team.pk}/track/", asked)

    assert [row["lat"] for row in r.json()["results"]] == [50.9, 50.91]
    assert [row["lat"] for row in api(dispatcher).get(r.json()["next"]).json()["results"]] == [50.92]
    entry = Entry.objects.filter(action="team.read").first()
    assert entry is not None
    assert (entry.actor, entry.subject_id, entry.purpose) == (dispatcher, str(team.pk), "track")


def test_a_moment_that_is_none_is_refused(api: Login, dispatcher: User, team: Team) -> None:
    r = api(dispatcher).get(f"/api/v1/teams/{team.pk}/track/", {"reported_from": "gisteren"})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")


def test_who_may(api: Login, provider: User, dispatcher: User, policy_maker: User, team: Team) -> None:
    track = f"/api/v1/teams/{team.pk}/track/"

    assert api(policy_maker).post(URL, {"positions": [at()]}).status_code == 403
    assert api(provider).get(track).status_code == 403
    assert api(provider).get(URL).status_code == 405
    assert api(dispatcher).get(track.replace(str(team.pk), "0" * 8 + str(team.pk)[8:])).status_code == 404


def test_the_application_can_not_change_a_track(api: Login, provider: User, team: Team) -> None:
    told(api, provider, at())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('interventions_position', p) FROM unnest(%s) p",
            [["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE"]],
        )
        assert [row[0] for row in cursor.fetchall()] == [True, True, False, False, False]
