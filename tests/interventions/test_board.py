from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from carma import clock as time_now
from carma.accounts.models import User
from carma.incidents.actions import PlaceTold, reprioritise
from carma.incidents.models import Incident
from interventions import actions, board
from interventions.models import Assignment, Team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[[User], Client]
Take = Callable[..., Incident]
Traveller = time_machine.Traveller

FACTS = {
    "situation": board.situation,
    "queue": board.queue,
    "running": board.running,
    "teams": board.teams,
}
PANELS = list(FACTS)
BREE = PlaceTold(label="Hoogstraat 1, Bree", lat=51.14, lon=5.6)


def shown(browse: Browse, user: User, panel: str) -> str:
    response = browse(user).get(reverse(f"interventions:{panel}"))
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_what_waits_what_runs_and_who_is_there(
    browse: Browse, dispatcher: User, take: Take, assignment: Assignment, second_team: Team
) -> None:
    waiting = take("CRI-204")
    page = browse(dispatcher).get(reverse("interventions:board")).content.decode()

    queue, running, teams = (page.index(f'id="{name}"') for name in ("queue", "running", "teams"))
    assert queue < page.index(f"incident-{waiting.pk}") < running
    assert running < page.index(f"incident-{assignment.incident_id}") < teams
    assert running < page.index(f"assignment-{assignment.pk}") < teams
    assert teams < page.index(f"team-{second_team.pk}") < page.index(f"team-{assignment.team_id}"), (
        "the free team comes first"
    )


@pytest.mark.parametrize("panel", PANELS)
def test_a_part_is_not_sent_again_unchanged(
    browse: Browse, dispatcher: User, assignment: Assignment, clock: Traveller, panel: str
) -> None:
    client = browse(dispatcher)
    first = client.get(reverse(f"interventions:{panel}"))
    clock.shift(timedelta(seconds=20))
    again = client.get(reverse(f"interventions:{panel}"), headers={"If-None-Match": first["ETag"]})

    assert f'data-live-url="{reverse(f"interventions:{panel}")}"' in first.content.decode()
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize("panel", ["board", *PANELS])
def test_a_role_without_dispatch_may_not_look(browse: Browse, policy_maker: User, panel: str) -> None:
    assert browse(policy_maker).get(reverse(f"interventions:{panel}")).status_code == 403


@pytest.mark.parametrize("panel", ["queue", "running", "teams"])
def test_an_outsider_sees_no_incident(
    browse: Browse, outsider: User, take: Take, assignment: Assignment, panel: str
) -> None:
    waiting = take("CRI-204")
    html = shown(browse, outsider, panel)

    assert waiting.reference not in html
    assert assignment.incident.reference not in html
    assert assignment.incident.place not in html


def test_a_wijkinspecteur_sees_the_own_municipality_only(
    browse: Browse, wijkinspecteur: User, dispatcher: User, take: Take, team: Team, second_team: Team
) -> None:
    genk, bree = take(), take(place=BREE)
    actions.assign(team, genk, by=dispatcher)
    actions.assign(second_team, bree, by=dispatcher)

    running, teams = (shown(browse, wijkinspecteur, panel) for panel in ("running", "teams"))
    assert bree.reference in running
    assert genk.reference not in running
    assert "GK12" in teams
    assert genk.reference not in teams, "that a team is busy is no secret, where it is may be"
    assert bree.reference in teams


def test_the_queue_is_by_priority_then_overdue_then_oldest(
    dispatcher: User, take: Take, team: Team, clock: Traveller
) -> None:
    put_back = take("ORD-106")
    sent = actions.assign(team, put_back, by=dispatcher)
    clock.shift(timedelta(minutes=14))
    older = take("ORD-106")
    clock.shift(timedelta(minutes=14))
    actions.refuse(sent, by=dispatcher, reason="Band lek")
    clock.shift(timedelta(minutes=1))
    newest = take("ORD-106")
    urgent, unknown = take("CRI-204"), take("")

    order = [row.incident for row in board.queue(dispatcher)["rows"]]
    assert order == [unknown, urgent, older, put_back, newest], (
        "the one that came back to the queue counts from then: it is the oldest call but not overdue"
    )


def test_the_clock_turns_at_the_terms_of_its_priority(dispatcher: User, take: Take) -> None:
    urgent = take("CRI-204")
    (row,) = board.queue(dispatcher)["rows"]

    assert row.marks.since == urgent.received_at
    assert row.marks.warn_at == urgent.received_at + timedelta(seconds=60)
    assert row.marks.late_at == urgent.received_at + timedelta(seconds=106)


def test_running_work_that_is_late_comes_first_in_its_priority(
    dispatcher: User, take: Take, team: Team, second_team: Team, clock: Traveller
) -> None:
    first, second = take("ORD-106"), take("ORD-106")
    quick = actions.assign(team, first, by=dispatcher)
    actions.assign(second_team, second, by=dispatcher)
    clock.shift(timedelta(minutes=20))
    actions.arrive(quick, by=dispatcher)

    assert [row.incident for row in board.running(dispatcher)["rows"]] == [second, first]


def test_an_empty_queue_says_so_and_where_its_time_goes(browse: Browse, dispatcher: User) -> None:
    html = shown(browse, dispatcher, "queue")

    assert "board-empty" in html
    assert "data-as-of" in html


def test_what_is_cleared_stays_until_its_result_is_written(
    browse: Browse, dispatcher: User, assignment: Assignment
) -> None:
    actions.arrive(assignment, by=dispatcher)
    actions.clear(assignment, by=dispatcher)

    html = shown(browse, dispatcher, "running")
    assert assignment.incident.reference in html
    assert reverse("incidents:incident", args=[assignment.incident_id]) in html


def test_it_offers_only_verbs_of_the_role(
    browse: Browse, officer: User, dispatcher: User, take: Take, assignment: Assignment
) -> None:
    waiting = take("CRI-204")
    send = reverse("interventions:choose_team", args=[waiting.pk])
    depart = reverse("interventions:depart", args=[assignment.pk])

    assert send in shown(browse, dispatcher, "queue")
    assert send not in shown(browse, officer, "queue")
    assert depart in shown(browse, officer, "running")


def test_it_counts_per_priority(dispatcher: User, take: Take, assignment: Assignment) -> None:
    take("CRI-204"), take("CRI-204"), take("")
    counted = board.situation(dispatcher)

    by_code = {row["priority"].code: row["count"] for row in counted["rows"]}
    assert (by_code[1]["waiting"], by_code[1]["running"]) == (2, 0)
    assert (by_code[3]["waiting"], by_code[3]["running"]) == (0, 1)
    assert (by_code[0], counted["unqualified"]["waiting"]) == (None, 1)


@pytest.mark.parametrize(("panel", "queries"), [("situation", 2), ("queue", 1), ("running", 4), ("teams", 4)])
def test_more_work_takes_no_more_queries(
    dispatcher: User,
    take: Take,
    assignment: Assignment,
    django_assert_num_queries: DjangoAssertNumQueries,
    panel: str,
    queries: int,
) -> None:
    for number in range(4):
        team = Team.objects.create(call_sign=f"T{number}", base="Genk", status_since=time_now.now())
        actions.assign(team, take("CRI-204"), by=dispatcher)
        take("ORD-106")
    assert dispatcher.has_perm("incidents.view_incident")  # asked once per request

    with django_assert_num_queries(queries):
        FACTS[panel](dispatcher)


def test_the_whole_page_takes_few_queries(
    browse: Browse,
    dispatcher: User,
    take: Take,
    assignment: Assignment,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = browse(dispatcher)
    client.get(reverse("interventions:board"))
    with django_assert_max_num_queries(22):
        client.get(reverse("interventions:board"))


def test_open_work_is_found_by_the_small_indexes(dispatcher: User) -> None:
    """With a long history a scan of the whole table would cost the board its second."""
    known = Incident.objects.visible_to(dispatcher)
    plans: dict[str, list[Any]] = {
        "incidents_open": [known.waiting(), known.open(), known.filter(status__in=Incident.WITH_TEAM)],
        "incidents_without_result": [known.filter(status="cleared").order_by("cleared_at")],
        "interventions_one_open_assignment_per_team": [Assignment.objects.open()],
        "interventions_call_sign_on_shift": [Team.objects.on_shift()],
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    for index, querysets in plans.items():
        for rows in querysets:
            assert f"using {index}" in rows.explain().lower()


def test_a_changed_priority_moves_the_row(dispatcher: User, take: Take) -> None:
    calm, urgent = take("ORD-106"), take("CRI-204")
    reprioritise(calm, type(calm.priority).objects.get(code=0), by=dispatcher)  # type: ignore[union-attr]

    assert [row.incident for row in board.queue(dispatcher)["rows"]] == [calm, urgent]
