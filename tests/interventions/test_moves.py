"""Every step a team tells: what it leaves behind, what it does to the incident, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.errors import MoveNotAllowed
from carma.events.models import Event
from carma.incidents.models import Incident
from carma.lifecycle import Lifecycle
from interventions import actions
from interventions.models import Assignment, Team
from interventions.verbs import ON_ASSIGNMENT, ON_TEAM, possible_for, possible_for_team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[[User], Client]
Traveller = time_machine.Traveller
HTMX = {"HX-Request": "true"}
COURSE = ["accept", "depart", "arrive", "clear"]


def tell(browse: Browse, by: User, verb: str, record: Any, *, htmx: bool = True, **told: object) -> Any:
    address = reverse(f"interventions:{verb}", args=[record.pk])
    return browse(by).post(address, told, headers=HTMX if htmx else {})


@pytest.mark.parametrize(
    ("verb", "before", "kind", "stamp", "incident_status"),
    [
        ("accept", [], "accepted", "accepted_at", "assigned"),
        ("depart", ["accept"], "en_route", "en_route_at", "en_route"),
        ("arrive", ["depart"], "on_scene", "on_scene_at", "on_scene"),
        ("clear", ["arrive"], "cleared", "ended_at", "cleared"),
        ("refuse", [], "refused", "ended_at", "queued"),
        ("abort", ["depart"], "aborted", "ended_at", "queued"),
    ],
)
def test_a_step_stamps_audits_tells_and_the_incident_follows(
    browse: Browse,
    dispatcher: User,
    assignment: Assignment,
    clock: Traveller,
    verb: str,
    before: list[str],
    kind: str,
    stamp: str,
    incident_status: str,
) -> None:
    for name in before:
        ON_ASSIGNMENT[name].act(assignment, by=dispatcher)
    clock.shift(timedelta(minutes=4))
    was = assignment.status
    response = tell(browse, dispatcher, verb, assignment, version=assignment.version, reason="Volgens radio")

    assignment.refresh_from_db()
    assert (response.status_code, f"assignment-{assignment.pk}" in response.content.decode()) == (200, True)
    assert (assignment.status, getattr(assignment, stamp)) == (kind, time_now.now())
    assert Incident.objects.get().status == incident_status
    entry = Entry.objects.get(action=f"assignment.{kind}")
    assert (entry.actor, entry.reason, entry.changes) == (
        dispatcher, "Volgens radio", {"status": [was, kind]},
    )  # fmt: skip
    assert Event.objects.filter(kind=f"assignment.{kind}", subject_id=assignment.pk).count() == 1


def test_the_response_time_is_that_of_the_first_team(
    dispatcher: User, assignment: Assignment, second_team: Team, clock: Traveller
) -> None:
    second = actions.assign(second_team, assignment.incident, by=dispatcher)
    clock.shift(timedelta(minutes=7))
    actions.arrive(assignment, by=dispatcher)
    clock.shift(timedelta(minutes=5))
    actions.arrive(second, by=dispatcher)

    assert assignment.response_time == timedelta(minutes=7)
    assert Incident.objects.get().on_scene_at == time_now.now() - timedelta(minutes=5)


def test_the_incident_is_cleared_when_its_last_team_is_free(
    dispatcher: User, assignment: Assignment, second_team: Team
) -> None:
    second = actions.assign(second_team, assignment.incident, by=dispatcher)
    for each in (assignment, second):
        actions.arrive(each, by=dispatcher)
    actions.clear(assignment, by=dispatcher)
    assert Incident.objects.get().status == "on_scene"

    actions.clear(second, by=dispatcher)
    assert Incident.objects.get().status == "cleared"


def test_a_team_called_back_leaves_the_other_on_it(
    dispatcher: User, assignment: Assignment, second_team: Team
) -> None:
    second = actions.assign(second_team, assignment.incident, by=dispatcher)
    actions.depart(assignment, by=dispatcher)
    actions.abort(assignment, by=dispatcher, reason="Dringender werk")
    assert Incident.objects.get().status == "assigned"

    actions.refuse(second, by=dispatcher, reason="Band lek")
    assert Incident.objects.get().status == "queued"


@pytest.mark.parametrize("verb", ["refuse", "abort"])
def test_not_going_needs_a_reason(
    browse: Browse, dispatcher: User, assignment: Assignment, verb: str
) -> None:
    assert tell(browse, dispatcher, verb, assignment).status_code == 409
    assignment.refresh_from_db()
    assert assignment.status == "assigned"


@pytest.mark.parametrize("verb", [*COURSE, "refuse", "abort", "hear"])
def test_what_is_over_is_refused(browse: Browse, dispatcher: User, assignment: Assignment, verb: str) -> None:
    actions.refuse(assignment, by=dispatcher, reason="Band lek")
    entries = Entry.objects.count()

    assert tell(browse, dispatcher, verb, assignment, reason="Toch").status_code == 409
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("verb", list(ON_ASSIGNMENT))
def test_an_older_version_is_refused(
    browse: Browse, dispatcher: User, assignment: Assignment, verb: str
) -> None:
    actions.accept(assignment, by=dispatcher)

    assert tell(browse, dispatcher, verb, assignment, version=1, reason="Toch").status_code == 412


@pytest.mark.parametrize("verb", list(ON_ASSIGNMENT))
def test_an_outsider_does_not_learn_it_exists(
    browse: Browse, member: Callable[..., User], assign_only: str, assignment: Assignment, verb: str
) -> None:
    elsewhere = member("elsewhere", assign_only, municipalities=["72004"])

    assert tell(browse, elsewhere, verb, assignment, reason="Toch").status_code == 404
    page = browse(elsewhere).get(reverse("interventions:assignment", args=[assignment.pk]))
    assert page.status_code == 404


@pytest.mark.parametrize("role", ["wijkinspecteur", "policy_maker"])
@pytest.mark.parametrize("verb", list(ON_ASSIGNMENT))
def test_a_role_without_the_verb_may_not(
    browse: Browse, request: pytest.FixtureRequest, assignment: Assignment, verb: str, role: str
) -> None:
    assert tell(browse, request.getfixturevalue(role), verb, assignment).status_code == 403


def test_a_step_told_late_keeps_its_own_moment(
    browse: Browse, officer: User, assignment: Assignment, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=30))
    assert tell(browse, officer, "arrive", assignment, at="23:25").status_code == 409
    response = tell(browse, officer, "arrive", assignment, at="23:25", reason="Vergeten te drukken")

    assignment.refresh_from_db()
    assert response.status_code == 200
    assert assignment.on_scene_at == time_now.now() - timedelta(minutes=19)
    entry = Entry.objects.get(action="assignment.on_scene")
    assert (entry.at, entry.recorded_at) == (assignment.on_scene_at, time_now.now())


def test_a_minute_told_is_not_before_the_order_in_that_minute(
    browse: Browse, officer: User, assignment: Assignment, clock: Traveller
) -> None:
    actions.depart(assignment, by=officer)
    clock.shift(timedelta(seconds=45))
    Assignment.objects.filter(pk=assignment.pk).update(status_since=time_now.now())
    clock.shift(timedelta(seconds=30))

    assert tell(browse, officer, "arrive", assignment, at="23:14").status_code == 200


@pytest.mark.parametrize("at", ["23:10", "23:17"])
def test_an_impossible_moment_is_refused(
    browse: Browse, officer: User, assignment: Assignment, at: str
) -> None:
    assert tell(browse, officer, "arrive", assignment, at=at, reason="Echt").status_code == 409


@pytest.mark.parametrize(
    ("back", "page"), [("", "/board/"), ("field", "/field/"), ("incident", "/incidents/{}/")]
)
def test_a_plain_form_goes_back_to_where_it_stood(
    browse: Browse, dispatcher: User, assignment: Assignment, back: str, page: str
) -> None:
    response = tell(browse, dispatcher, "depart", assignment, htmx=False, back=back)

    assert (response.status_code, response["Location"]) == (302, page.format(assignment.incident_id))


def test_the_form_offers_what_its_status_allows(
    browse: Browse, officer: User, assignment: Assignment
) -> None:
    actions.depart(assignment, by=officer)
    page = browse(officer).get(reverse("interventions:assignment", args=[assignment.pk])).content.decode()

    for verb in ON_ASSIGNMENT:
        address = reverse(f"interventions:{verb}", args=[assignment.pk])
        assert (address in page) == (verb in {"arrive", "abort"})


def test_a_team_on_scene_lets_itself_be_heard(
    browse: Browse, dispatcher: User, assignment: Assignment, clock: Traveller
) -> None:
    actions.arrive(assignment, by=dispatcher)
    arrived_at = assignment.on_scene_at
    clock.shift(timedelta(minutes=9))
    response = tell(browse, dispatcher, "hear", assignment, version=assignment.version)

    assignment.refresh_from_db()
    assert response.status_code == 200
    assert (assignment.status, assignment.on_scene_at, assignment.heard_at) == (
        "on_scene", arrived_at, time_now.now(),
    )  # fmt: skip
    assert Entry.objects.get(action="assignment.heard").actor == dispatcher
    assert Event.objects.filter(kind="assignment.heard", subject_id=assignment.pk).count() == 1


# ---- teams


@pytest.mark.parametrize(
    ("verb", "kind"), [("go-out-of-service", "out_of_service"), ("go-off-duty", "off_duty")]
)
def test_a_team_goes_out_of_service(browse: Browse, officer: User, team: Team, verb: str, kind: str) -> None:
    response = tell(browse, officer, verb, team, version=team.version, reason="Wagen in panne")

    team.refresh_from_db()
    assert (response.status_code, team.status) == (200, kind)
    assert Entry.objects.get(action=f"team.{kind}").reason == "Wagen in panne"
    assert Event.objects.filter(kind=f"team.{kind}", subject_id=team.pk).count() == 1


def test_a_team_comes_back(browse: Browse, officer: User, team: Team) -> None:
    team.go_out_of_service(by=officer)

    assert tell(browse, officer, "come-back", team, htmx=False)["Location"] == "/board/"
    assert tell(browse, officer, "come-back", team).status_code == 409, "it is back already"


def test_a_team_on_an_incident_does_not_end_its_shift(
    browse: Browse, officer: User, assignment: Assignment
) -> None:
    response = tell(browse, officer, "go-off-duty", assignment.team)

    assert response.status_code == 409
    assert assignment.incident.reference in response.content.decode()


def test_a_call_sign_is_carried_by_one_team_on_shift(officer: User, team: Team) -> None:
    team.go_off_duty(by=officer)
    Team.objects.create(call_sign=team.call_sign, base="Genk", status_since=time_now.now())

    with pytest.raises(MoveNotAllowed):
        team.come_back(by=officer)


@pytest.mark.parametrize("verb", list(ON_TEAM))
def test_a_role_without_teams_may_not(browse: Browse, wijkinspecteur: User, team: Team, verb: str) -> None:
    assert tell(browse, wijkinspecteur, verb, team).status_code == 403
    assert browse(wijkinspecteur).get(reverse("interventions:team", args=[team.pk])).status_code == 403


def test_who_may_not_know_of_teams_gets_404(browse: Browse, member: Callable[..., User], team: Team) -> None:
    blind = Group.objects.create(name="blind")
    blind.permissions.add(Permission.objects.get(codename="operate_team"))
    user = member("blind", "blind")

    assert tell(browse, user, "go-off-duty", team).status_code == 404


def test_the_page_of_a_team_offers_what_its_status_allows(browse: Browse, officer: User, team: Team) -> None:
    page = browse(officer).get(reverse("interventions:team", args=[team.pk])).content.decode()

    assert reverse("interventions:go-off-duty", args=[team.pk]) in page
    assert reverse("interventions:come-back", args=[team.pk]) not in page


# ---- the tables, exhaustively


def try_all(record: Lifecycle, moves: dict[str, Callable[[], None]]) -> dict[str, set[str]]:
    """From every status try every move; answers the table as it turned out to be."""
    found: dict[str, set[str]] = {}
    model = type(record)
    for was in model.Status.values:  # type: ignore[attr-defined]
        for to, move in moves.items():
            model._base_manager.filter(pk=record.pk).update(status=was)
            record.refresh_from_db()
            try:
                move()
            except MoveNotAllowed:
                continue
            assert record.status == to
            found.setdefault(was, set()).add(to)
    return found


def table(model: Any) -> dict[str, set[str]]:
    return {str(was): {str(to) for to in tos} for was, tos in model.MOVES.items()}


def test_an_assignment_moves_by_its_table_and_no_other_way(dispatcher: User, assignment: Assignment) -> None:
    how: Any = {"by": dispatcher, "reason": "Proef"}
    moves = {
        "accepted": lambda: assignment.accept(**how),
        "en_route": lambda: assignment.depart(**how),
        "on_scene": lambda: assignment.arrive(**how),
        "cleared": lambda: assignment.clear(**how),
        "refused": lambda: assignment.refuse(**how),
        "aborted": lambda: assignment.abort(**how),
    }

    assert try_all(assignment, moves) == table(Assignment)


def test_a_team_moves_by_its_table_and_no_other_way(dispatcher: User, team: Team) -> None:
    moves = {
        "available": lambda: team.come_back(by=dispatcher),
        "out_of_service": lambda: team.go_out_of_service(by=dispatcher),
        "off_duty": lambda: team.go_off_duty(by=dispatcher),
    }

    assert try_all(team, moves) == table(Team)


def test_an_alert_moves_by_its_table_and_no_other_way(dispatcher: User, incident: Incident) -> None:
    now = time_now.now()
    alert = Alert.objects.create(
        kind="test", subject_type="incidents.incident", subject_id=str(incident.pk), text="Proef",
        raised_at=now, told_at=now,
    )  # fmt: skip

    def acknowledge() -> None:
        Alert.objects.filter(pk=alert.pk).update(acknowledged_by=None)
        alert.acknowledge(by=dispatcher)

    moves = {"acknowledged": acknowledge, "settled": lambda: alert.settle(by=dispatcher)}
    assert try_all(alert, moves) == table(Alert)


@pytest.mark.parametrize("status", Assignment.Status.values)
def test_every_verb_offered_is_one_its_status_allows(
    dispatcher: User, assignment: Assignment, status: str
) -> None:
    assignment.status = status
    leads = {"accept": "accepted", "depart": "en_route", "arrive": "on_scene", "clear": "cleared",
             "refuse": "refused", "abort": "aborted"}  # fmt: skip
    offered = {verb.name for verb in possible_for(assignment)}

    assert {leads[name] for name in offered - {"hear"}} == {
        str(to) for to in assignment.MOVES.get(status, ())
    }
    assert ("hear" in offered) == (status == "on_scene")


@pytest.mark.parametrize("status", Team.Status.values)
def test_every_verb_offered_on_a_team_is_one_its_status_allows(team: Team, status: str) -> None:
    team.status = status
    leads = {"come-back": "available", "go-out-of-service": "out_of_service", "go-off-duty": "off_duty"}

    assert {leads[verb.name] for verb in possible_for_team(team)} == {str(to) for to in team.MOVES[status]}
