from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import MomentOutOfOrder, ReasonNeeded
from carma.events.models import Event
from carma.incidents.actions import add_note, reprioritise
from carma.incidents.models import Incident
from interventions import actions
from interventions.models import Assignment, Team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[[User], Client]
Take = Callable[..., Incident]
Traveller = time_machine.Traveller
HTMX = {"HX-Request": "true"}


def send(
    browse: Browse, by: User, incident: Incident, whom: Team, *, htmx: bool = True, **told: object
) -> Any:
    address = reverse("interventions:assign", args=[incident.pk])
    return browse(by).post(address, {"team": whom.pk, **told}, headers=HTMX if htmx else {})


def test_it_sends_stamps_audits_and_tells(
    browse: Browse, dispatcher: User, incident: Incident, team: Team
) -> None:
    response = send(browse, dispatcher, incident, team, version=incident.version)

    sent = Assignment.objects.get()
    incident.refresh_from_db()
    assert (response.status_code, f"assignment-{sent.pk}" in response.content.decode()) == (200, True)
    assert (sent.team, sent.incident, sent.status) == (team, incident, "assigned")
    assert (incident.status, incident.assigned_at) == ("assigned", time_now.now())
    entry = Entry.objects.get(action="assignment.assigned")
    assert (entry.actor, entry.changes["team"]) == (dispatcher, [None, "GK12"])
    assert Event.objects.filter(kind="assignment.assigned", subject_id=sent.pk).count() == 1


def test_a_plain_form_goes_back_to_the_board(
    browse: Browse, dispatcher: User, incident: Incident, team: Team
) -> None:
    response = send(browse, dispatcher, incident, team, htmx=False)

    assert (response.status_code, response["Location"]) == (302, reverse("interventions:board"))
    assert Assignment.objects.count() == 1


def test_a_busy_team_is_refused_with_where_it_went(
    browse: Browse, dispatcher: User, take: Take, assignment: Assignment
) -> None:
    response = send(browse, dispatcher, take("CRI-204"), assignment.team)

    assert response.status_code == 409
    assert assignment.incident.reference in response.content.decode()
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize("verb", ["go_out_of_service", "go_off_duty"])
def test_a_team_that_is_not_in_service_is_refused(
    browse: Browse, dispatcher: User, incident: Incident, team: Team, verb: str
) -> None:
    getattr(team, verb)(by=dispatcher)

    assert send(browse, dispatcher, incident, team).status_code == 409


def test_an_incident_that_is_not_qualified_is_refused(
    browse: Browse, dispatcher: User, take: Take, team: Team
) -> None:
    assert send(browse, dispatcher, take(""), team).status_code == 409


def test_who_looked_at_an_older_state_decides_again(
    browse: Browse, dispatcher: User, incident: Incident, team: Team
) -> None:
    seen = incident.version
    reprioritise(incident, type(incident.priority).objects.get(code=1), by=dispatcher)  # type: ignore[union-attr]

    assert send(browse, dispatcher, incident, team, version=seen).status_code == 412
    assert not Assignment.objects.exists()


def test_a_note_meanwhile_does_not_hold_it_up(
    browse: Browse, dispatcher: User, incident: Incident, team: Team
) -> None:
    add_note(incident, "Melder belt opnieuw", by=dispatcher)

    assert send(browse, dispatcher, incident, team, version=incident.version).status_code == 200


def test_a_second_team_leaves_the_first_times_standing(
    dispatcher: User, assignment: Assignment, second_team: Team, clock: Traveller
) -> None:
    first_at = assignment.assigned_at
    actions.arrive(assignment, by=dispatcher)
    clock.shift(timedelta(minutes=3))
    actions.assign(second_team, assignment.incident, by=dispatcher)

    incident = Incident.objects.get()
    assert (incident.status, incident.assigned_at) == ("on_scene", first_at)


def test_an_order_given_earlier_counts_from_then(
    browse: Browse, dispatcher: User, incident: Incident, team: Team, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=10))
    response = send(browse, dispatcher, incident, team, at="23:19", reason="Radio was uit")

    assert response.status_code == 200
    assert Assignment.objects.get().assigned_at == time_now.now() - timedelta(minutes=5)


def test_told_late_it_needs_a_reason(
    browse: Browse, dispatcher: User, incident: Incident, team: Team, second_team: Team, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=10))
    at = time_now.now() - timedelta(minutes=5)
    with pytest.raises(ReasonNeeded):
        actions.assign(team, incident, by=dispatcher, at=at)
    actions.assign(team, incident, by=dispatcher, at=at, reason="Radio was uit")
    with pytest.raises(ReasonNeeded):
        actions.assign(second_team, incident, by=dispatcher, at=at)


@pytest.mark.parametrize("minutes", [-40, 5])
def test_an_order_before_the_call_or_in_the_future_is_refused(
    dispatcher: User, take: Take, team: Team, second_team: Team, clock: Traveller, minutes: int
) -> None:
    clock.shift(timedelta(hours=1))
    incident = take()
    actions.assign(team, incident, by=dispatcher)
    at = time_now.now() + timedelta(minutes=minutes)

    with pytest.raises(MomentOutOfOrder):
        actions.assign(second_team, incident, by=dispatcher, at=at, reason="Vergeten")


def test_an_order_while_the_team_was_elsewhere_is_refused(
    dispatcher: User, assignment: Assignment, take: Take, clock: Traveller
) -> None:
    other = take()
    clock.shift(timedelta(minutes=10))
    actions.abort(assignment, by=dispatcher, reason="Dringender werk")
    clock.shift(timedelta(minutes=1))

    with pytest.raises(MomentOutOfOrder):
        actions.assign(
            assignment.team, other, by=dispatcher, at=time_now.now() - timedelta(minutes=5), reason="Te laat"
        )


def test_an_outsider_does_not_learn_it_exists(
    browse: Browse, member: Callable[..., User], incident: Incident, team: Team, assign_only: str
) -> None:
    sender = member("sender", assign_only, municipalities=["72004"])

    assert send(browse, sender, incident, team).status_code == 404
    address = reverse("interventions:choose_team", args=[incident.pk])
    assert browse(sender).get(address).status_code == 404


@pytest.mark.parametrize("role", ["officer", "wijkinspecteur", "policy_maker"])
def test_a_role_without_the_verb_may_not(
    browse: Browse, request: pytest.FixtureRequest, incident: Incident, team: Team, role: str
) -> None:
    user = request.getfixturevalue(role)

    assert send(browse, user, incident, team).status_code == 403
    address = reverse("interventions:choose_team", args=[incident.pk])
    assert browse(user).get(address).status_code == 403
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(
    "told", [{"team": ""}, {"team": "GK12"}, {"version": "zeven"}, {"at": "25:61"}, {"reason": "x" * 201}]
)
def test_nonsense_is_refused_in_words(
    browse: Browse, dispatcher: User, incident: Incident, team: Team, told: dict[str, Any]
) -> None:
    response = send(browse, dispatcher, incident, team, **told)

    assert response.status_code == 400
    assert "refusal" in response.content.decode()


def test_sending_is_by_post_only(browse: Browse, dispatcher: User, incident: Incident) -> None:
    assert browse(dispatcher).get(reverse("interventions:assign", args=[incident.pk])).status_code == 405
