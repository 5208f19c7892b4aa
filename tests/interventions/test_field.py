from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from carma.accounts.models import User
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.followups.models import FollowUp
from carma.incidents.models import Note
from interventions import actions, marks
from interventions.models import Assignment, Assistance, Panic, Team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[[User], Client]
FIELD = "/field/"


@pytest.fixture
def patrol(browse: Browse, officer: User, team: Team) -> Client:
    """An officer who said to be in GK12."""
    client = browse(officer)
    assert client.post(reverse("interventions:choose_own_team", args=[team.pk]))["Location"] == FIELD
    return client


def test_one_first_says_which_team_one_is_in(
    browse: Browse, officer: User, team: Team, second_team: Team
) -> None:
    team.go_off_duty(by=officer)
    page = browse(officer).get(FIELD).content.decode()

    assert reverse("interventions:choose_own_team", args=[second_team.pk]) in page
    assert "GK12" not in page


def test_the_choice_is_remembered_and_can_be_undone(patrol: Client, second_team: Team) -> None:
    page = patrol.get(FIELD).content.decode()
    assert ("GK12" in page, "BR21" in page) == (True, False)

    patrol.post(reverse("interventions:leave_team"))
    assert "BR21" in patrol.get(FIELD).content.decode()


def test_it_shows_the_work_the_way_and_the_next_step(patrol: Client, assignment: Assignment) -> None:
    page = patrol.get(FIELD).content.decode()

    assert assignment.incident.place in page
    assert "geo:50.967800,5.488700?q=50.967800,5.488700" in page
    assert reverse("interventions:depart", args=[assignment.pk]) in page
    assert reverse("interventions:clear", args=[assignment.pk]) not in page


def test_showing_the_words_of_an_incident_is_recorded_once(
    patrol: Client, officer: User, assignment: Assignment
) -> None:
    now = reverse("interventions:field_now")
    for address in (now, FIELD, now):
        patrol.get(address)

    entry = Entry.objects.get(action="incident.read")
    assert (entry.actor, entry.subject_id) == (officer, str(assignment.incident_id))


def test_the_work_comes_by_itself_and_is_not_sent_twice(patrol: Client, assignment: Assignment) -> None:
    first = patrol.get(reverse("interventions:field_now"))
    again = patrol.get(reverse("interventions:field_now"), headers={"If-None-Match": first["ETag"]})

    assert assignment.incident.place in first.content.decode()
    assert again.status_code == 304


def test_a_step_from_the_field_comes_back_to_the_field(patrol: Client, assignment: Assignment) -> None:
    told = {"version": assignment.version, "back": "field"}
    response = patrol.post(reverse("interventions:depart", args=[assignment.pk]), told)

    assert (response.status_code, response["Location"]) == (302, FIELD)
    assignment.refresh_from_db()
    assert assignment.status == "en_route"


def test_when_free_it_asks_for_the_result(patrol: Client, officer: User, assignment: Assignment) -> None:
    actions.arrive(assignment, by=officer)
    actions.clear(assignment, by=officer)

    assert reverse("incidents:incident", args=[assignment.incident_id]) in patrol.get(FIELD).content.decode()


def test_a_note_is_kept_and_traced(patrol: Client, officer: User, assignment: Assignment) -> None:
    address = reverse("interventions:field_note", args=[assignment.pk])
    response = patrol.post(address, {"text": "Deur staat open"}, headers={"HX-Request": "true"})

    assert response.status_code == 200
    note = Note.objects.get()
    assert (note.text, note.by, note.incident) == ("Deur staat open", officer, assignment.incident)
    assert Entry.objects.get(action="incident.noted").actor == officer


@pytest.mark.parametrize("text", ["", "   ", "x" * 8001])
def test_an_empty_or_endless_note_is_refused(patrol: Client, assignment: Assignment, text: str) -> None:
    response = patrol.post(reverse("interventions:field_note", args=[assignment.pk]), {"text": text})

    assert response.status_code == 400
    assert not Note.objects.exists()


def test_an_outsider_writes_no_note(
    browse: Browse, member: Callable[..., User], assignment: Assignment
) -> None:
    elsewhere = member("elsewhere", "wijk", municipalities=["72004"])
    response = browse(elsewhere).post(
        reverse("interventions:field_note", args=[assignment.pk]), {"text": "Ook gezien"}
    )

    assert response.status_code == 404


def test_another_team_is_not_shown_what_it_may_not_know(
    browse: Browse, member: Callable[..., User], assign_only: str, assignment: Assignment
) -> None:
    client = browse(member("elsewhere", assign_only, municipalities=["72004"]))
    client.post(reverse("interventions:choose_own_team", args=[assignment.team_id]))
    page = client.get(FIELD).content.decode()

    assert "GK12" in page
    assert assignment.incident.place not in page


def test_a_role_without_the_verb_may_not(browse: Browse, wijkinspecteur: User, team: Team) -> None:
    client = browse(wijkinspecteur)
    choose = reverse("interventions:choose_own_team", args=[team.pk])

    assert client.get(FIELD).status_code == 403
    assert client.get(reverse("interventions:field_now")).status_code == 403
    assert client.post(choose).status_code == 403


def test_a_team_that_is_gone_asks_again(patrol: Client, officer: User, team: Team) -> None:
    team.go_off_duty(by=officer)

    assert "GK12" not in patrol.get(FIELD).content.decode()


def test_the_clock_over_its_safety_is_shown_and_starts_anew(
    patrol: Client, officer: User, assignment: Assignment
) -> None:
    hear = reverse("interventions:hear", args=[assignment.pk])
    assert hear not in patrol.get(FIELD).content.decode()
    actions.arrive(assignment, by=officer)
    html = patrol.get(FIELD).content.decode()

    assert html.count(f'hx-post="{hear}"') == 1
    assert "field-welfare" in html
    late_at = marks.of_assignment(assignment, assignment.incident.priority).late_at
    assert late_at is not None
    assert f'data-late-at="{int(late_at.timestamp())}"' in html
    told = {"version": assignment.version, "back": "field"}
    assert patrol.post(hear, told)["Location"] == FIELD
    assignment.refresh_from_db()
    assert assignment.heard_at is not None


def test_another_team_is_asked_and_those_beside_it_are_named(
    patrol: Client, dispatcher: User, assignment: Assignment, second_team: Team
) -> None:
    ask = reverse("interventions:ask_assistance", args=[assignment.pk])
    assert patrol.post(ask, {"urgency": "urgent"})["Location"] == FIELD
    question = Assistance.objects.get()
    assert (question.status, question.urgency) == ("asked", "urgent")
    assert (
        reverse("interventions:withdraw_assistance", args=[question.pk]) in patrol.get(FIELD).content.decode()
    )
    actions.assign(second_team, assignment.incident, by=dispatcher)
    html = patrol.get(FIELD).content.decode()

    assert "BR21" in html
    assert reverse("interventions:withdraw_assistance", args=[question.pk]) not in html


def test_victim_care_is_asked_once_and_its_state_is_shown(
    patrol: Client, officer: User, assignment: Assignment
) -> None:
    ask = reverse("interventions:ask_victim_care", args=[assignment.pk])
    assert ask in patrol.get(FIELD).content.decode()
    patrol.post(ask)
    patrol.post(ask)

    asked = FollowUp.objects.get()
    assert (asked.kind, asked.incident, asked.status) == ("victim_care", assignment.incident, "asked")
    assert Entry.objects.get(action="followup.asked").actor == officer
    html = patrol.get(FIELD).content.decode()
    assert ask not in html
    assert asked.get_status_display() in html


def test_the_panic_button_is_there_without_work_and_says_what_became_of_it(
    patrol: Client, dispatcher: User, team: Team
) -> None:
    press = reverse("interventions:panic", args=[team.pk])
    own = reverse("interventions:own_panic", args=[team.pk])
    assert press in patrol.get(FIELD).content.decode()
    assert patrol.post(press)["Location"] == FIELD
    panic = Panic.objects.get()
    assert reverse("interventions:panic_well", args=[panic.pk]) in patrol.get(own).content.decode()
    Alert.objects.get().acknowledge(by=dispatcher)

    assert dispatcher.display_name in patrol.get(own).content.decode()
    patrol.post(reverse("interventions:panic_well", args=[panic.pk]))
    panic.refresh_from_db()
    assert (panic.status, panic.well_at is not None) == ("raised", True)


def test_the_page_takes_few_queries(
    patrol: Client, assignment: Assignment, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    patrol.get(FIELD)
    with django_assert_max_num_queries(22):
        patrol.get(FIELD)
