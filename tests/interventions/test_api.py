"""Teams and assignments through the API: the verbs' own rules are tried with the actions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from carma.accounts.models import User
from carma.audit.models import Entry
from carma.events.models import Event
from carma.incidents.models import Incident
from interventions.models import Assignment, Team
from tests.cast import Login

URL = "/api/v1/assignments/"


def test_a_team_is_sent(api: Login, dispatcher: User, incident: Incident, team: Team) -> None:
    r = api(dispatcher).post(URL, {"incident": str(incident.pk), "team": str(team.pk), "version": 1})
    row = r.json()

    assert r.status_code == 201
    assert (row["status"], row["incident"], row["team"]) == ("assigned", str(incident.pk), str(team.pk))
    incident.refresh_from_db()
    assert incident.status == "assigned"
    assert Entry.objects.get(action="assignment.assigned").actor == dispatcher
    assert Event.objects.filter(kind="assignment.assigned", subject_id=row["id"]).count() == 1


def test_a_busy_team_is_not(api: Login, dispatcher: User, assignment: Assignment) -> None:
    body = {"incident": str(assignment.incident_id), "team": str(assignment.team_id)}
    r = api(dispatcher).post(URL, body)

    assert (r.status_code, r.json()["code"]) == (409, "team_not_available")
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize("field", ["incident", "team"])
def test_what_is_not_there_is_named(
    api: Login, dispatcher: User, incident: Incident, team: Team, field: str
) -> None:
    body = {"incident": str(incident.pk), "team": str(team.pk), field: str(uuid4())}
    r = api(dispatcher).post(URL, body)

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert r.json()["errors"].keys() == {field}


def test_of_two_dispatchers_one_wins(
    committed: None, api: Login, dispatcher: User, officer: User, incident: Incident, team: Team
) -> None:
    body = {"incident": str(incident.pk), "team": str(team.pk)}

    def send(client: APIClient) -> tuple[int, str]:
        try:
            r = client.post(URL, body)
            return r.status_code, r.json().get("code", "")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, [api(dispatcher), api(dispatcher)]))

    assert answers == [(201, ""), (409, "team_not_available")]


def test_the_whole_way(api: Login, dispatcher: User, assignment: Assignment) -> None:
    client = api(dispatcher)
    for verb, status, incident_status in [
        ("accept", "accepted", "assigned"),
        ("depart", "en_route", "en_route"),
        ("arrive", "on_scene", "on_scene"),
        ("clear", "cleared", "cleared"),
    ]:
        r = client.post(f"{URL}{assignment.pk}/{verb}/", {})
        assert (r.status_code, r.json()["status"]) == (200, status)
        assert Incident.objects.get().status == incident_status
    assert r["ETag"] == '"5"'


@pytest.mark.parametrize(("verb", "status"), [("refuse", "refused"), ("abort", "aborted")])
def test_it_does_not_go(api: Login, dispatcher: User, assignment: Assignment, verb: str, status: str) -> None:
    client = api(dispatcher)
    refused = client.post(f"{URL}{assignment.pk}/{verb}/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_needed")
    r = client.post(f"{URL}{assignment.pk}/{verb}/", {"reason": "band lek"})

    assert (r.status_code, r.json()["status"]) == (200, status)
    assert Incident.objects.get().status == "queued"


def test_a_step_the_table_does_not_have(api: Login, dispatcher: User, assignment: Assignment) -> None:
    r = api(dispatcher).post(f"{URL}{assignment.pk}/clear/", {})

    assert (r.status_code, r.json()["code"]) == (409, "move_not_allowed")


def test_lists_of_open_ones(api: Login, dispatcher: User, assignment: Assignment) -> None:
    client = api(dispatcher)
    assert len(client.get(f"{URL}?open=true&team={assignment.team_id}").json()["results"]) == 1
    client.post(f"{URL}{assignment.pk}/refuse/", {"reason": "x"})

    assert client.get(f"{URL}?open=true").json()["results"] == []
    assert len(client.get(f"{URL}?open=false").json()["results"]) == 1


def test_a_team_goes_out_of_service_and_comes_back(api: Login, dispatcher: User, team: Team) -> None:
    lead = api(dispatcher)
    r = lead.post(f"/api/v1/teams/{team.pk}/go_out_of_service/", {"version": 1})
    assert (r.status_code, r.json()["status"]) == (200, "out_of_service")
    assert lead.get("/api/v1/teams/?status=available").json()["results"] == []
    r = lead.post(f"/api/v1/teams/{team.pk}/come_back/", {})

    assert (r.status_code, r.json()["status"], r["ETag"]) == (200, "available", '"3"')


def test_teams_come_by_call_sign(api: Login, dispatcher: User, team: Team, second_team: Team) -> None:
    rows = api(dispatcher).get("/api/v1/teams/").json()["results"]

    assert [row["call_sign"] for row in rows] == ["BR21", "GK12"]
