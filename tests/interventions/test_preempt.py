"""Calling a team back from less urgent work: both incidents tell it, and nothing happens by half."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import ReasonNeeded, Stale
from carma.events.models import Event
from carma.incidents import timeline
from carma.incidents.models import Incident
from carma.timers.models import Timer
from interventions import actions
from interventions.models import Assignment, Team

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "english")]
Take = Callable[..., Incident]
Traveller = time_machine.Traveller


def test_the_other_incident_waits_again_and_says_for_what(
    dispatcher: User, assignment: Assignment, take: Take, team: Team, clock: Traveller
) -> None:
    noise, burglary = assignment.incident, take("CRI-204")
    actions.depart(assignment, by=dispatcher)
    clock.shift(timedelta(minutes=3))
    sent = actions.preempt(assignment, burglary, by=dispatcher, reason="Daders nog binnen")

    assignment.refresh_from_db()
    noise.refresh_from_db()
    assert (assignment.status, noise.status, noise.status_since) == ("aborted", "queued", time_now.now())
    assert (sent.incident, sent.status, burglary.status) == (burglary, "assigned", "assigned")
    assert assignment.ended_at == sent.assigned_at, "one deed, one moment"
    why = f"needed at {burglary}, code 1: Daders nog binnen"
    for action in ("assignment.aborted", "incident.queued"):
        entry = Entry.objects.get(action=action)
        assert (entry.actor, entry.reason) == (dispatcher, why)
    told = Entry.objects.get(action="assignment.assigned", subject_id=str(sent.pk))
    assert told.changes["incident"] == [noise.reference, burglary.reference]
    for kind, count in (("assignment.aborted", 1), ("incident.queued", 1), ("assignment.assigned", 2)):
        assert Event.objects.filter(kind=kind).count() == count
    assert any(why in moment.detail for moment in timeline.of(noise))


def test_the_clock_over_the_other_incident_runs_anew(
    dispatcher: User, assignment: Assignment, take: Take, team: Team, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=3))
    actions.preempt(assignment, take("CRI-204"), by=dispatcher)

    noise = Incident.objects.get(pk=assignment.incident_id)
    term = noise.priority and noise.priority.term("unassigned", "warn")
    timers = Timer.objects.filter(kind="incident.unassigned", subject_id=str(noise.pk), ended_at=None)
    assert [timer.due_at for timer in timers] == [time_now.now() + (term or timedelta())]


def test_with_another_team_on_it_that_incident_goes_on(
    dispatcher: User, assignment: Assignment, take: Take, team: Team, second_team: Team
) -> None:
    actions.assign(second_team, assignment.incident, by=dispatcher)
    actions.preempt(assignment, take("CRI-204"), by=dispatcher)

    assert Incident.objects.get(pk=assignment.incident_id).status == "assigned"


def test_a_team_on_scene_stays(dispatcher: User, assignment: Assignment, take: Take, team: Team) -> None:
    actions.arrive(assignment, by=dispatcher)
    urgent = take("CRI-101")
    with pytest.raises(actions.TeamNotPreemptible) as refused:
        actions.preempt(assignment, urgent, by=dispatcher, reason="Meteen")

    assert refused.value.facts == {"because": "on_scene"}
    assert assignment.incident.reference in refused.value.detail
    assert Incident.objects.get(pk=urgent.pk).status == "qualified"


@pytest.mark.parametrize(
    ("present", "other", "because"),
    [
        ("CRI-204", "CRI-101", "on_urgent_incident"),
        ("CRI-101", "CRI-101", "on_urgent_incident"),
        ("CRI-209", "CRI-209", "on_incident_not_lower"),
        ("CRI-209", "ORD-106", "on_incident_not_lower"),
    ],
)
def test_only_less_urgent_work_gives_way(
    dispatcher: User, take: Take, team: Team, present: str, other: str, because: str
) -> None:
    assignment = actions.assign(team, take(present), by=dispatcher)
    with pytest.raises(actions.TeamNotPreemptible) as refused:
        actions.preempt(assignment, take(other), by=dispatcher)

    assert refused.value.facts == {"because": because}
    assert Assignment.objects.get().status == "assigned"


def test_a_team_that_became_free_is_sent(
    dispatcher: User, assignment: Assignment, take: Take, team: Team
) -> None:
    actions.refuse(assignment, by=dispatcher, reason="Band lek")
    sent = actions.preempt(assignment, take("CRI-204"), by=dispatcher)

    assert Assignment.objects.open().get() == sent


def test_nothing_happens_by_half(dispatcher: User, assignment: Assignment, take: Take, team: Team) -> None:
    unqualified, urgent = take(""), take("CRI-204")
    with pytest.raises(actions.TeamNotPreemptible):
        actions.preempt(assignment, unqualified, by=dispatcher)
    with pytest.raises(Stale):
        actions.preempt(assignment, urgent, by=dispatcher, expect=urgent.version + 1)
    with pytest.raises(ReasonNeeded):
        actions.preempt(assignment, urgent, by=dispatcher, recommended=Team.objects.create(call_sign="GK14"))
    team.go_out_of_service(by=dispatcher)
    with pytest.raises(actions.TeamNotAvailable):
        actions.preempt(assignment, urgent, by=dispatcher)

    assert Assignment.objects.get().status == "assigned"
    assert Incident.objects.get(pk=assignment.incident_id).status == "assigned"
