"""Response plans laid down by the zone: on the page and over the API, with what each leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.audit.models import Entry
from carma.errors import InvalidInput, MoveNotAllowed
from carma.events.models import Event
from carma.incidents.models import Incident
from interventions import plans
from interventions.models import ResponsePlan
from interventions.plans import Need
from tests.cast import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[[User], Client]
Traveller = time_machine.Traveller
PAGE = "interventions:response_plans"
PAGE_QUERIES = 8
URL = "/api/v1/response-plans/"


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    plans.forget()
    yield
    plans.forget()


def asked(type_code: str, priority: int) -> Need:
    plans.forget()
    return plans.of(Incident(type_id=type_code, priority_id=priority))


def test_what_is_laid_down_counts_from_today_and_leaves_its_trace(
    browse: Browse, team_lead: User, clock: Traveller
) -> None:
    told = {"about": "CRI-204", "priority": "", "teams": "3", "skills": ["drone", "hond"]}
    page = browse(team_lead).post(reverse(PAGE), told)

    assert page.status_code == 302
    assert asked("CRI-204", 1) == Need(3, ("drone", "hond"))
    entry = Entry.objects.get(action="response_plan.laid_down")
    assert entry.actor == team_lead
    assert entry.changes == {"teams": [2, 3], "skills": [["hond"], ["drone", "hond"]]}
    assert Event.objects.filter(kind="response_plan.laid_down").count() == 1
    clock.shift(timedelta(days=-1))
    assert asked("CRI-204", 1) == Need(2, ("hond",)), "what was asked yesterday stays known"


def test_said_twice_a_day_the_last_counts(team_lead: User) -> None:
    for teams in (3, 4, 4):
        plans.lay_down("ORD-106", priority=None, teams=teams, by=team_lead)

    assert asked("ORD-106", 3) == Need(4)
    assert ResponsePlan.objects.filter(about="ORD-106").count() == 1
    assert Entry.objects.filter(action="response_plan.laid_down").count() == 2, (
        "nothing changed the third time"
    )


def test_one_priority_apart(team_lead: User) -> None:
    plans.lay_down("ORD-106", priority=Priority.objects.get(code=1), teams=2, by=team_lead)

    assert (asked("ORD-106", 1), asked("ORD-106", 3)) == (Need(2), Need(1))


@pytest.mark.parametrize(
    "told",
    [
        {"about": "XYZ-1", "teams": 2},
        {"about": "CRI-204", "teams": 0},
        {"about": "CRI-204", "teams": 21},
        {"about": "CRI-204", "teams": 2, "skills": ["fly"]},
    ],
)
def test_nonsense_is_not_laid_down(team_lead: User, told: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        plans.lay_down(told.pop("about"), priority=None, by=team_lead, **told)

    assert not Entry.objects.filter(action="response_plan.laid_down").exists()


def test_ended_what_holds_for_more_counts_again(browse: Browse, team_lead: User) -> None:
    plan = ResponsePlan.objects.get(about="CRI-204")
    page = browse(team_lead).post(reverse("interventions:end_response_plan", args=[plan.pk]))

    assert page.status_code == 302
    assert asked("CRI-204", 1) == Need(1)
    assert Entry.objects.get(action="response_plan.ended").actor == team_lead
    with pytest.raises(MoveNotAllowed):
        plans.end(plan, by=team_lead)
    with pytest.raises(MoveNotAllowed):
        plans.end(ResponsePlan.objects.get(about="", priority=None), by=team_lead)


def test_the_page_shows_every_plan_and_fills_the_form(browse: Browse, team_lead: User) -> None:
    plan = ResponsePlan.objects.get(about="CRI-204")
    client = browse(team_lead)
    client.get(reverse(PAGE))
    with CaptureQueriesContext(connection) as asked_for:
        html = client.get(f"{reverse(PAGE)}?plan={plan.pk}").content.decode()

    assert len(asked_for) == PAGE_QUERIES
    assert html.count('href="?plan=') == ResponsePlan.objects.count()
    assert '<option value="CRI-204" selected>' in html
    refused = client.post(reverse(PAGE), {"about": "CRI-204", "teams": "0"})
    assert refused.status_code == 422
    assert "field-error" in refused.content.decode()


def test_only_who_leads_lays_down(browse: Browse, api: Login, dispatcher: User) -> None:
    plan = ResponsePlan.objects.get(about="CRI-204")
    client = browse(dispatcher)

    assert client.get(reverse(PAGE)).status_code == 403
    assert client.post(reverse("interventions:end_response_plan", args=[plan.pk])).status_code == 403
    assert api(dispatcher).post(URL, {"about": "CRI-204", "teams": 3}).status_code == 403
    assert asked("CRI-204", 1) == Need(2, ("hond",))


def test_the_api_lays_down_and_ends(api: Login, team_lead: User, outsider: User, policy_maker: User) -> None:
    client = api(team_lead)
    r = client.post(URL, {"about": "ORD-106", "priority": 1, "teams": 2, "skills": ["drone"]})
    row = r.json()
    assert (r.status_code, row["about"], row["priority"], row["skills"]) == (201, "ORD-106", 1, ["drone"])
    assert client.get(f"{URL}{row['id']}/").json()["teams"] == 2
    assert client.get("/api/v1/skills/hond/").json()["label_nl"] == "Hondengeleider"

    ended = client.post(f"{URL}{row['id']}/end/", {})
    assert (ended.status_code, ended.json()["valid_to"]) == (200, "2026-03-28")
    again = client.post(f"{URL}{row['id']}/end/", {})
    assert (again.status_code, again.json()["code"]) == (409, "move_not_allowed")
    assert api(policy_maker).get(URL).status_code == 403
