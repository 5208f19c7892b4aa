"""The teams on an incident's own page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from carma.accounts.models import User
from interventions import actions
from interventions.models import Assignment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[[User], Client]


def part(browse: Browse, user: User, assignment: Assignment) -> str:
    response = browse(user).get(reverse("interventions:teams_on", args=[assignment.incident_id]))
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page_of_an_incident_shows_its_teams(
    browse: Browse, dispatcher: User, assignment: Assignment
) -> None:
    page = browse(dispatcher).get(reverse("incidents:incident", args=[assignment.incident_id]))

    assert f"assignment-{assignment.pk}" in page.content.decode()


def test_who_was_sent_before_stays_readable(browse: Browse, dispatcher: User, assignment: Assignment) -> None:
    actions.refuse(assignment, by=dispatcher, reason="Band lek")
    html = part(browse, dispatcher, assignment)

    assert "GK12" in html
    assert "data-frozen" in html
    assert reverse("interventions:depart", args=[assignment.pk]) not in html


def test_verbs_are_for_those_who_have_them(
    browse: Browse, officer: User, member: Callable[..., User], assignment: Assignment
) -> None:
    wijk = member("genk", "wijk", municipalities=["71016"])
    depart = reverse("interventions:depart", args=[assignment.pk])
    send = reverse("interventions:choose_team", args=[assignment.incident_id])

    assert depart in part(browse, officer, assignment)
    assert send not in part(browse, officer, assignment)
    assert depart not in part(browse, wijk, assignment)


def test_an_outsider_does_not_learn_it_exists(browse: Browse, outsider: User, assignment: Assignment) -> None:
    address = reverse("interventions:teams_on", args=[assignment.incident_id])

    assert browse(outsider).get(address).status_code == 404


def test_a_role_without_teams_may_not(
    browse: Browse, member: Callable[..., User], assignment: Assignment
) -> None:
    reader = member("reader", "prevention")
    address = reverse("interventions:teams_on", args=[assignment.incident_id])

    assert browse(reader).get(address).status_code in (403, 404)
