"""A team in danger calls for help: everybody is told at once, and nothing silences it but a name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation
from rest_framework.test import APIClient

from carma import clock as time_now
from carma.accounts.models import User
from carma.alerts.actions import raise_alert
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.duty.models import Turn
from carma.errors import MoveNotAllowed, ReasonNeeded
from carma.events.models import Event
from carma.incidents import timeline
from carma.incidents.models import Incident
from carma.timers.actions import run_due
from interventions import panics
from interventions.models import Assignment, Panic, Team
from tests.cast import Browse, Login, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Traveller = time_machine.Traveller
HTMX = {"HX-Request": "true"}


@pytest.fixture
def on_dispatch(dispatcher: User) -> User:
    now, hour = time_now.now(), timedelta(hours=1)
    Turn.objects.create(function="dispatch", person=dispatcher, starts_at=now - hour, ends_at=now + hour)
    return dispatcher


@pytest.fixture
def panic(team: Team, officer: User) -> Panic:
    return panics.press(team, by=officer)


def press(client: APIClient, team: Team) -> Any:
    return client.post(f"/api/v1/teams/{team.pk}/panic/")


def test_it_tells_every_dispatcher_and_the_officer_at_once(
    api: Login, officer: User, on_dispatch: User, duty_officer: User, assignment: Assignment
) -> None:
    team = assignment.team
    team.lat, team.lon, team.position_at = 50.97, 5.49, time_now.now() - timedelta(minutes=2)
    team.save(update_fields=["lat", "lon", "position_at"])
    r = press(api(officer), team)

    assert (r.status_code, r.json()["status"], r.json()["incident"]) == (
        201, "raised", str(assignment.incident_id),
    )  # fmt: skip
    panic = Panic.objects.get()
    assert (panic.lat, panic.lon, panic.position_at) == (50.97, 5.49, team.position_at)
    alert = Alert.objects.get()
    assert (alert.kind, alert.priority, alert.subject_id) == ("team.panic", 0, str(panic.pk))
    assert set(alert.recipients.all()) == {on_dispatch, duty_officer}
    assert alert.facts["reference"] == assignment.incident.reference
    assert alert.facts["team_id"] == str(team.pk)
    assert assignment.incident.place not in str(alert.facts)
    assert Entry.objects.get(action="panic.raised").actor == officer
    assert Event.objects.filter(kind="panic.raised", subject_id=panic.pk).count() == 1
    assert Event.objects.filter(kind="alert.raised", subject_id=alert.pk).count() == 1


def test_nobody_on_duty_does_not_stop_it(panic: Panic) -> None:
    assert Alert.objects.get().recipients.count() == 0


@pytest.mark.parametrize("verb", ["go_out_of_service", "go_off_duty"])
def test_it_is_never_refused_for_a_status(api: Login, officer: User, team: Team, verb: str) -> None:
    getattr(team, verb)(by=officer)

    assert press(api(officer), team).status_code == 201


def test_pressed_twice_it_is_one_panic_told_again(api: Login, officer: User, team: Team) -> None:
    client = api(officer)
    first, second = press(client, team).json(), press(client, team).json()

    assert (first["id"], second["times_pressed"]) == (second["id"], 2)
    assert Alert.objects.get().times_told == 2
    assert Entry.objects.filter(action="panic.pressed").count() == 1
    assert Event.objects.filter(kind="alert.repeated").count() == 1


def test_pressed_after_it_was_taken_it_sounds_anew(
    panic: Panic, officer: User, dispatcher: User, clock: Traveller
) -> None:
    Alert.objects.get().acknowledge(by=dispatcher)
    assert panics.taken_by(panic) == dispatcher.display_name
    clock.shift(timedelta(seconds=50))
    panics.press(panic.team, by=officer)

    assert list(Alert.objects.order_by("raised_at").values_list("status", flat=True)) == [
        "acknowledged", "raised",
    ]  # fmt: skip
    assert panics.taken_by(panic) == ""
    assert Panic.objects.count() == 1


def test_it_repeats_until_somebody_takes_it(panic: Panic, dispatcher: User, clock: Traveller) -> None:
    clock.shift(timedelta(seconds=31))
    assert run_due(at=time_now.now()) == 1
    assert Alert.objects.get().times_told == 2
    Alert.objects.get().acknowledge(by=dispatcher)
    clock.shift(timedelta(minutes=5))

    assert run_due(at=time_now.now()) == 0


def test_all_is_well_is_told_and_silences_nothing(api: Login, officer: User, panic: Panic) -> None:
    r = api(officer).post(f"/api/v1/panics/{panic.pk}/say_well/")

    assert (r.status_code, r.json()["status"], r.json()["well_at"] is not None) == (200, "raised", True)
    assert Alert.objects.get().status == "raised"
    assert Entry.objects.get(action="panic.well").actor == officer
    assert Event.objects.filter(kind="panic.well").count() == 1
    panics.press(panic.team, by=officer)
    panic.refresh_from_db()
    assert panic.well_at is None, "in danger again"


def test_it_ends_with_a_reason_and_not_before_somebody_has_it(panic: Panic, dispatcher: User) -> None:
    with pytest.raises(ReasonNeeded):
        panics.end(panic, by=dispatcher)
    with pytest.raises(MoveNotAllowed):
        panics.end(panic, by=dispatcher, reason="Vals alarm")
    Alert.objects.get().acknowledge(by=dispatcher)
    panics.end(panic, by=dispatcher, reason="Vals alarm")

    assert (panic.status, panic.ended_at) == ("over", time_now.now())
    entry = Entry.objects.get(action="panic.over")
    assert (entry.actor, entry.reason) == (dispatcher, "Vals alarm")
    with pytest.raises(MoveNotAllowed):
        panics.say_well(panic, by=dispatcher)


@pytest.mark.parametrize(("role", "status"), [("provider", 201), ("wijk", 403), ("desk", 403)])
def test_who_may_press(api: Login, member: Member, team: Team, role: str, status: int) -> None:
    assert press(api(member("someone", role)), team).status_code == status


def test_who_knows_of_no_team_does_not_learn_of_it(api: Login, policy_maker: User, panic: Panic) -> None:
    assert api(policy_maker).get(f"/api/v1/panics/{panic.pk}/").status_code == 403
    assert not Panic.objects.visible_to(policy_maker).exists()


def test_the_team_does_not_end_it(api: Login, officer: User, panic: Panic) -> None:
    assert api(officer).post(f"/api/v1/panics/{panic.pk}/end/", {"reason": "x"}).status_code == 403


def test_dispatch_ends_it_beside_the_board(
    browse: Browse, dispatcher: User, officer: User, panic: Panic
) -> None:
    room, end = browse(dispatcher), reverse("interventions:panic_end", args=[panic.pk])
    teams = room.get(reverse("interventions:teams")).content.decode()
    assert "data-danger" in teams
    assert end in room.get(reverse("interventions:panic_page", args=[panic.pk])).content.decode()
    assert room.post(end, {"reason": "Vals alarm"}).status_code == 409
    Alert.objects.get().acknowledge(by=dispatcher)
    assert room.post(end, {"reason": "Vals alarm"})["Location"] == reverse("interventions:board")

    assert "data-danger" not in room.get(reverse("interventions:teams")).content.decode()
    assert browse(officer).post(end, {"reason": "x"}).status_code == 403


def test_the_alarm_stands_before_all_else_and_says_where(
    browse: Browse, dispatcher: User, officer: User, incident: Incident, assignment: Assignment
) -> None:
    facts = {"reference": "x", "priority": 0}
    raise_alert("test", incident, priority=0, text="%(reference)s", facts=facts, at=time_now.now())
    panic = panics.press(assignment.team, by=officer)
    panics.say_well(panic, by=officer)
    html = browse(dispatcher).get(reverse("alerts:alarms")).content.decode()

    first = html.index('data-sound="panic"')
    assert html.index('class="alarm"') < first < html.index("k k")
    assert html.count('data-sound="panic"') == 1
    assert html.index(f"panic-{panic.pk}") < html.rindex('class="alarm"')
    assert incident.place in html
    assert "alarm-well" in html
    where = reverse("interventions:panic_where", args=[panic.pk])
    assert "alarm-well" in browse(dispatcher).get(where).content.decode()


def test_the_incident_tells_the_story(assignment: Assignment, officer: User, dispatcher: User) -> None:
    panic = panics.press(assignment.team, by=officer)
    Alert.objects.get().acknowledge(by=dispatcher)
    panics.end(panic, by=dispatcher, reason="Vals alarm")
    with translation.override("en"):
        titles = [moment.title for moment in timeline.of(assignment.incident)]

    assert {"GK12: PANIC, calls for help", "GK12: out of danger"} <= set(titles)


def test_the_place_of_an_incident_is_for_those_who_may_know_of_it(
    browse: Browse, outsider: User, assignment: Assignment, officer: User
) -> None:
    panic = panics.press(assignment.team, by=officer)
    html = browse(outsider).get(reverse("interventions:panic_where", args=[panic.pk])).content.decode()

    assert assignment.incident.place not in html
    assert assignment.incident.reference not in html
