"""The recommendation through the API, and what sending by it leaves behind; the rules are tried beside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import Settings

from carma.accounts.models import User
from carma.audit.models import Entry
from carma.incidents.models import Incident
from interventions.models import Assignment, Team
from tests.cast import Login
from tests.geo import engine as engines

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Take = Callable[..., Incident]
ASSIGNMENTS = "/api/v1/assignments/"


def url(incident: Incident) -> str:
    return f"/api/v1/incidents/{incident.pk}/recommendation/"


def test_it_tells_who_to_send_and_why(
    api: Login, dispatcher: User, take: Take, assignment: Assignment, second_team: Team
) -> None:
    r = api(dispatcher).get(url(take("CRI-204")))
    told = r.json()

    assert r.status_code == 200
    assert told["need"] == told["lacks"] == {"teams": 2, "skills": ["hond"]}
    assert told["recommended"] == str(second_team.pk)
    first, second = told["best"]
    assert (first["call_sign"], first["availability"], first["assignment"]) == ("BR21", "free", None)
    assert (first["starts_from"], first["travel_by"]) == ("base", "distance")
    assert first["travel_s"] == pytest.approx(first["distance_m"] * 1.35 / 60 * 3.6)
    assert {reason["code"] for reason in first["reasons"]} == {"no_position"}
    assert (second["availability"], second["assignment"]) == ("preemptible", str(assignment.pk))
    assert (told["others"], told["not_to_send"]) == ([], [])
    assert [each["code"] for each in told["shortfalls"]] == ["skill_missing", "positions_unknown"]


def test_times_are_by_road_while_an_engine_answers_and_say_so(
    api: Login, dispatcher: User, take: Take, team: Team, second_team: Team, settings: Settings
) -> None:
    incident = take("CRI-204")
    with engines.running(settings) as engine:
        by_road = api(dispatcher).get(url(incident)).json()["best"]
        engine.status = 500
        by_distance = api(dispatcher).get(url(incident)).json()["best"]

    assert [one["travel_by"] for one in by_road] == ["road", "road"]
    assert by_road[1]["travel_s"] == pytest.approx(by_road[1]["distance_m"] / engines.SPEED_MS)
    assert [one["travel_by"] for one in by_distance] == ["distance", "distance"]


def test_who_is_on_it_is_no_candidate(api: Login, dispatcher: User, assignment: Assignment) -> None:
    told = api(dispatcher).get(url(assignment.incident)).json()

    assert told["on_it"] == [str(assignment.team_id)]
    assert (told["recommended"], told["best"], told["lacks"]["teams"]) == (None, [], 0)


def test_it_is_for_those_who_send_and_of_what_they_see(
    api: Login, member: Callable[..., User], assign_only: str, officer: User, incident: Incident
) -> None:
    elsewhere = member("bree", assign_only, municipalities=["72004"])

    assert api(officer).get(url(incident)).status_code == 403
    assert api(elsewhere).get(url(incident)).status_code == 404


def test_to_send_another_takes_a_reason_and_leaves_it(
    api: Login, dispatcher: User, incident: Incident, team: Team, second_team: Team
) -> None:
    body = {"incident": str(incident.pk), "team": str(second_team.pk), "recommended": str(team.pk)}
    refused = api(dispatcher).post(ASSIGNMENTS, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_needed")
    assert not Assignment.objects.exists()
    r = api(dispatcher).post(ASSIGNMENTS, {**body, "reason": "Kent de zaak"})

    assert r.status_code == 201
    entry = Entry.objects.get(action="assignment.assigned")
    assert (entry.changes["recommended"], entry.reason) == (["GK12", "BR21"], "Kent de zaak")


def test_to_accept_it_takes_none(api: Login, dispatcher: User, incident: Incident, team: Team) -> None:
    body = {"incident": str(incident.pk), "team": str(team.pk), "recommended": str(team.pk)}

    assert api(dispatcher).post(ASSIGNMENTS, body).status_code == 201
    assert Entry.objects.get(action="assignment.assigned").changes["recommended"] == ["GK12", "GK12"]


def test_a_team_is_called_back_from_less_urgent_work(
    api: Login, dispatcher: User, take: Take, assignment: Assignment
) -> None:
    urgent = take("CRI-204")
    r = api(dispatcher).post(f"{ASSIGNMENTS}{assignment.pk}/preempt/", {"incident": str(urgent.pk)})
    row = r.json()

    assert r.status_code == 201
    assert (row["incident"], row["team"], row["status"]) == (
        str(urgent.pk),
        str(assignment.team_id),
        "assigned",
    )
    assignment.refresh_from_db()
    assert assignment.status == "aborted"
    assert Incident.objects.get(pk=assignment.incident_id).status == "queued"


def test_it_stays_with_what_is_no_less_urgent(
    api: Login, dispatcher: User, take: Take, assignment: Assignment
) -> None:
    same = take("ORD-106")
    r = api(dispatcher).post(f"{ASSIGNMENTS}{assignment.pk}/preempt/", {"incident": str(same.pk)})

    assert (r.status_code, r.json()["code"]) == (409, "team_not_preemptible")
    assert r.json()["because"] == "on_incident_not_lower"
    assert Incident.objects.get(pk=same.pk).status == "qualified"


def test_nobody_calls_back_what_is_not_theirs(
    api: Login,
    member: Callable[..., User],
    assign_only: str,
    officer: User,
    take: Take,
    assignment: Assignment,
) -> None:
    body = {"incident": str(take("CRI-204").pk)}
    elsewhere = member("bree", assign_only, municipalities=["72004"])
    address = f"{ASSIGNMENTS}{assignment.pk}/preempt/"

    assert api(officer).post(address, body).status_code == 403
    assert api(elsewhere).post(address, body).status_code == 404
