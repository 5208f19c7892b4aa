"""A team at work asks for another one: dispatch hears it, sees it on the board, and answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from carma.accounts.models import User
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.errors import MoveNotAllowed, ReasonNeeded
from carma.events.models import Event
from carma.incidents import timeline
from carma.incidents.models import Incident
from interventions import actions, assistance
from interventions.models import Assignment, Assistance, Team
from tests.cast import Browse, Login, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Take = Callable[..., Incident]
Traveller = time_machine.Traveller


@pytest.fixture
def asked(assignment: Assignment, officer: User) -> Assistance:
    return assistance.ask(assignment, "routine", by=officer)


def url(assignment: Assignment) -> str:
    return f"/api/v1/assignments/{assignment.pk}/ask_assistance/"


def running(browse: Browse, user: User) -> str:
    return str(browse(user).get(reverse("interventions:running")).content.decode())


def test_it_tells_dispatch_and_leaves_its_trace(api: Login, officer: User, assignment: Assignment) -> None:
    r = api(officer).post(url(assignment), {"urgency": "routine"})

    assert (r.status_code, r.json()["status"], r.json()["urgency"]) == (201, "asked", "routine")
    alert = Alert.objects.get()
    assert (alert.kind, alert.subject_id) == ("assignment.assistance", str(assignment.incident_id))
    assert alert.priority == assignment.incident.priority_id == 3
    assert Entry.objects.get(action="assistance.asked").actor == officer
    assert Event.objects.filter(kind="assistance.asked", subject_id=r.json()["id"]).count() == 1
    with translation.override("en"):
        titles = [moment.title for moment in timeline.of(assignment.incident)]
    assert "GK12: asks for another team" in titles


def test_an_urgent_question_sounds_urgent(officer: User, assignment: Assignment) -> None:
    assistance.ask(assignment, "urgent", by=officer)

    assert Alert.objects.get().priority == 1


def test_asked_again_it_is_told_again(asked: Assistance, officer: User) -> None:
    assert assistance.ask(asked.assignment, "routine", by=officer) == asked
    assert Alert.objects.get().times_told == 2


def test_asked_more_urgently_it_sounds_anew(
    asked: Assistance, officer: User, dispatcher: User, clock: Traveller
) -> None:
    clock.shift(timedelta(seconds=30))
    assistance.ask(asked.assignment, "urgent", by=officer)

    asked.refresh_from_db()
    assert asked.urgency == "urgent"
    raised = Alert.objects.order_by("raised_at").values_list("status", "priority")
    assert list(raised) == [("settled", 3), ("raised", 1)]


def test_the_board_says_so_until_a_team_is_sent(
    browse: Browse, dispatcher: User, asked: Assistance, second_team: Team
) -> None:
    page = reverse("interventions:assistance", args=[asked.pk])
    Alert.objects.get().acknowledge(by=dispatcher)
    assert page in running(browse, dispatcher), "that somebody read it is no answer"
    actions.assign(second_team, asked.assignment.incident, by=dispatcher)

    assert page not in running(browse, dispatcher)
    asked.refresh_from_db()
    assert asked.status == "sent"


def test_sending_a_team_settles_the_alert(asked: Assistance, dispatcher: User, second_team: Team) -> None:
    actions.assign(second_team, asked.assignment.incident, by=dispatcher)

    assert Alert.objects.get().status == "settled"


def test_dispatch_declines_with_a_reason_that_the_team_reads(
    browse: Browse, dispatcher: User, officer: User, asked: Assistance
) -> None:
    with pytest.raises(ReasonNeeded):
        assistance.decline(asked, by=dispatcher)
    address = reverse("interventions:decline_assistance", args=[asked.pk])
    assert browse(dispatcher).get(reverse("interventions:assistance", args=[asked.pk])).status_code == 200
    r = browse(dispatcher).post(address, {"reason": "Geen ploeg vrij", "version": asked.version})

    assert (r.status_code, r["Location"]) == (302, reverse("interventions:board"))
    asked.refresh_from_db()
    assert (asked.status, asked.answer) == ("declined", "Geen ploeg vrij")
    assert Entry.objects.get(action="assistance.declined").reason == "Geen ploeg vrij"
    assert Alert.objects.get().status == "settled"
    team = browse(officer)
    team.post(reverse("interventions:choose_own_team", args=[asked.assignment.team_id]))
    assert "Geen ploeg vrij" in team.get("/field/").content.decode()


def test_it_ends_when_the_team_leaves_or_needs_nobody(
    asked: Assistance, officer: User, dispatcher: User
) -> None:
    assistance.withdraw(asked, by=officer)
    assert asked.status == "withdrawn"
    again = assistance.ask(asked.assignment, "urgent", by=officer)
    actions.refuse(asked.assignment, by=officer, reason="Band lek")

    again.refresh_from_db()
    assert again.status == "withdrawn"
    assert not Alert.objects.filter(kind=assistance.KIND, status="raised").exists()
    with pytest.raises(MoveNotAllowed):
        assistance.ask(asked.assignment, "urgent", by=officer)


@pytest.mark.parametrize("body", [{}, {"urgency": "soon"}])
def test_it_must_say_how_urgent(
    api: Login, officer: User, assignment: Assignment, body: dict[str, str]
) -> None:
    assert api(officer).post(url(assignment), body).status_code == 400
    assert not Assistance.objects.exists()


def test_who_may_ask_and_who_may_answer(
    api: Login, browse: Browse, officer: User, outsider: User, member: Member, assign_only: str,
    asked: Assistance,
) -> None:  # fmt: skip
    elsewhere = member("elsewhere", assign_only, municipalities=["72004"])
    decline = reverse("interventions:decline_assistance", args=[asked.pk])

    assert api(outsider).post(url(asked.assignment), {"urgency": "urgent"}).status_code == 403
    assert api(elsewhere).post(url(asked.assignment), {"urgency": "urgent"}).status_code == 404
    assert browse(elsewhere).post(decline, {"reason": "x"}).status_code == 404
    assert browse(officer).post(decline, {"reason": "x"}).status_code == 403
    assert api(officer).post(f"/api/v1/assistance/{asked.pk}/decline/", {"reason": "x"}).status_code == 403
