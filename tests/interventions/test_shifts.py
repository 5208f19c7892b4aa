"""A team through its shift: started, changed and taken over, with what each leaves behind and refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import InvalidInput, ReasonNeeded, Stale
from carma.events.models import Event
from carma.incidents.models import Incident
from carma.timers.models import Timer
from interventions import actions, shifts
from interventions.models import Assignment, CrewPlace, Team
from tests.cast import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Browse = Callable[[User], Client]
Traveller = time_machine.Traveller
URL = "/api/v1/teams/"
HTMX = {"HX-Request": "true"}


def begun(by: User, **told: Any) -> Team:
    return shifts.start(**{"call_sign": "GK12", "base": "Genk", "sector": "GENK", "by": by, **told})


def test_a_shift_starts_with_its_crew_and_leaves_its_trace(
    api: Login, team_lead: User, officer: User
) -> None:
    ends = time_now.now() + timedelta(hours=8)
    body = {
        "call_sign": "GK12",
        "base": "Genk",
        "sector": "GENK",
        "vehicle": "1-ABC-123",
        "equipment": "AED, ram",
        "skills": ["hond", "hond"],
        "members": ["officer"],
        "guests": "Jan uit Bree",
        "until_at": ends.isoformat(),
    }
    r = api(team_lead).post(URL, body)

    assert (r.status_code, r.json()["crew"]) == (201, "officer, Jan uit Bree")
    team = Team.objects.get()
    assert (team.status, team.began_at, team.until_at) == ("available", time_now.now(), ends)
    assert team.skills == ["hond"]
    assert CrewPlace.objects.get().person == officer
    entry = Entry.objects.get(action="team.started")
    assert (entry.actor, entry.changes["vehicle"]) == (team_lead, [None, "1-ABC-123"])
    assert Event.objects.get(kind="team.started").topic == "team:GENK"


def test_a_call_sign_is_borne_once(api: Login, team_lead: User, team: Team) -> None:
    r = api(team_lead).post(URL, {"call_sign": "GK12", "base": "Genk"})
    assert (r.status_code, r.json()["code"]) == (409, "call_sign_in_use")

    team.go_off_duty(by=team_lead)
    assert api(team_lead).post(URL, {"call_sign": "GK12", "base": "Genk"}).status_code == 201


def test_of_two_who_start_it_at_once_one_does(committed: None, geography: None, team_lead: User) -> None:
    def try_it(_number: int) -> str:
        try:
            begun(team_lead)
            return "started"
        except shifts.CallSignInUse:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(try_it, range(2))) == ["refused", "started"]


def test_a_person_is_in_one_team(team_lead: User, officer: User, second_team: Team) -> None:
    first = begun(team_lead, members=[officer])
    with pytest.raises(shifts.MemberInOtherTeam):
        shifts.change(second_team, by=team_lead, members=[officer])
    first.go_off_duty(by=team_lead)
    shifts.change(second_team, by=team_lead, members=[officer])

    assert (second_team.crew, CrewPlace.objects.filter(left_at=None).count()) == ("officer", 1)


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"sector": "MARS"}, InvalidInput),
        ({"skills": ["fly"]}, InvalidInput),
        ({"base": ""}, InvalidInput),
        ({"until_at": timedelta(hours=-1)}, InvalidInput),
        ({"at": timedelta(hours=-1)}, ReasonNeeded),
    ],
)
def test_what_makes_no_sense_starts_nothing(
    team_lead: User, told: dict[str, Any], error: type[Exception]
) -> None:
    now = time_now.now()
    told = {k: now + value if isinstance(value, timedelta) else value for k, value in told.items()}
    with pytest.raises(error):
        begun(team_lead, **told)

    assert not Team.objects.exists()


def test_changes_during_the_shift_are_kept(
    api: Login, dispatcher: User, officer: User, team_lead: User, clock: Traveller
) -> None:
    team = begun(dispatcher, members=[officer], vehicle="A")
    clock.shift(timedelta(hours=2))
    body = {"version": 1, "vehicle": "B", "sector": "NOORD", "members": ["team_lead"]}
    r = api(dispatcher).post(f"{URL}{team.pk}/change/", body)

    assert (r.status_code, r["ETag"], r.json()["crew"]) == (200, '"2"', "team_lead")
    entry = Entry.objects.get(action="team.changed")
    assert entry.changes == {
        "vehicle": ["A", "B"], "sector": ["GENK", "NOORD"], "crew": ["officer", "team_lead"],
    }  # fmt: skip
    left, joined = CrewPlace.objects.order_by("joined_at")
    assert (left.person, left.left_at, joined.person) == (officer, time_now.now(), team_lead)
    assert api(dispatcher).post(f"{URL}{team.pk}/change/", body).json()["code"] == "stale"


def test_a_vehicle_changes_without_a_word_of_the_crew(dispatcher: User, team: Team) -> None:
    team.crew = "Els en Piet"
    team.save(update_fields=["crew"])
    shifts.change(team, by=dispatcher, vehicle="B")

    assert (team.crew, team.vehicle) == ("Els en Piet", "B")


def test_the_next_shift_takes_over_with_what_the_team_is_on(
    api: Login, dispatcher: User, officer: User, assignment: Assignment, clock: Traveller
) -> None:
    old, incident = assignment.team, assignment.incident
    Team.objects.filter(pk=old.pk).update(vehicle="1-ABC-123", device="R7")
    actions.depart(assignment, by=dispatcher)
    running = list(Timer.objects.open().values_list("kind", "due_at"))
    clock.shift(timedelta(minutes=3))
    body = {"members": ["officer"], "with_work": True, "version": old.version}
    r = api(dispatcher).post(f"{URL}{old.pk}/take_over/", body)

    assert r.status_code == 201
    new = Team.objects.on_shift().get()
    assert (new.call_sign, new.vehicle, new.device, new.relieves) == ("GK12", "1-ABC-123", "R7", old)
    old.refresh_from_db()
    assert old.status == "off_duty"
    assignment.refresh_from_db()
    assert (assignment.team, assignment.status) == (new, "en_route")
    assert Incident.objects.get(pk=incident.pk).status == "en_route"
    assert list(Timer.objects.open().values_list("kind", "due_at")) == running, "the clocks run on"
    assert Entry.objects.get(action="assignment.taken_over").changes == {"team": [str(old.pk), str(new.pk)]}
    kinds = ["team.off_duty", "team.started", "assignment.taken_over"]
    assert list(Event.objects.order_by("id").values_list("kind", flat=True))[-3:] == kinds


def test_a_team_on_an_incident_is_not_left_without_one(
    api: Login, dispatcher: User, assignment: Assignment
) -> None:
    r = api(dispatcher).post(f"{URL}{assignment.team_id}/take_over/", {})

    assert (r.status_code, r.json()["code"]) == (409, "team_on_incident")
    assert assignment.incident.reference in r.json()["detail"]
    assert (Team.objects.count(), Team.objects.on_shift().count()) == (1, 1)


def test_what_was_seen_by_two_is_taken_over_once(dispatcher: User, team: Team) -> None:
    shifts.take_over(Team.objects.get(), by=dispatcher, expect=1)
    with pytest.raises(Stale):
        shifts.take_over(team, by=dispatcher, expect=1)

    assert Team.objects.on_shift().count() == 1


@pytest.mark.parametrize("verb", ["change", "take_over"])
def test_who_may_not(api: Login, officer: User, policy_maker: User, team: Team, verb: str) -> None:
    assert api(officer).post(f"{URL}{team.pk}/{verb}/", {}).status_code == 403
    assert api(policy_maker).post(f"{URL}{team.pk}/{verb}/", {}).status_code == 403


def test_the_forms_do_the_same(browse: Browse, dispatcher: User, officer: User, clock: Traveller) -> None:
    client = browse(dispatcher)
    told = {"call_sign": "GK12", "base": "Genk", "sector": "GENK", "members": officer.pk, "until_at": "06:00"}
    r = client.post(reverse("interventions:start_team"), told, headers=HTMX)
    team = Team.objects.get()

    assert (r.status_code, "GK12" in r.content.decode()) == (200, True)
    assert time_now.local(team.until_at or team.status_since).strftime("%d %H:%M") == "29 06:00"
    form = client.get(reverse("interventions:change_team", args=[team.pk])).content.decode()
    (box,) = re.findall(rf'<input[^>]*name="members" value="{officer.pk}"[^>]*>', form)
    assert "checked" in box
    told = {"version": 1, "members": officer.pk, "vehicle": "B", "sector": "GENK", "until_at": "06:00"}
    client.post(reverse("interventions:change_team", args=[team.pk]), told)
    assert Entry.objects.get(action="team.changed").changes == {"vehicle": ["", "B"]}
    client.post(reverse("interventions:take_over_team", args=[team.pk]), {"version": 2})
    assert Team.objects.on_shift().get().relieves_id == team.pk


def test_a_form_says_what_is_wrong(browse: Browse, dispatcher: User, team: Team) -> None:
    r = browse(dispatcher).post(
        reverse("interventions:start_team"), {"call_sign": "GK12", "base": "Genk"}, headers=HTMX
    )
    assert (r.status_code, 'data-code="call_sign_in_use"' in r.content.decode()) == (409, True)
    assert Team.objects.count() == 1
