"""Two people at once, on real commits: one wins, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from carma.accounts.models import User
from carma.alerts.actions import raise_alert
from carma.alerts.models import Alert
from carma.audit.models import Entry
from carma.clock import now
from carma.errors import DomainError
from carma.incidents.models import Incident
from interventions import actions
from interventions.models import Assignment, Team

pytestmark = pytest.mark.usefixtures("committed")
Take = Callable[..., Incident]


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all in threads with connections of their own; answers what each gave, or its refusal."""
    together = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            together.wait(timeout=10)
            return deed()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [one.result(timeout=30) for one in [pool.submit(run, deed) for deed in deeds]]


def refusals(answers: list[Any]) -> list[DomainError]:
    return [answer for answer in answers if isinstance(answer, DomainError)]


def test_two_incidents_one_team(dispatcher: User, take: Take, team: Team) -> None:
    first, second = take(), take("CRI-204")

    answers = at_once(
        *(
            lambda pk=incident.pk: actions.assign(
                Team.objects.get(pk=team.pk), Incident.objects.get(pk=pk), by=dispatcher
            )
            for incident in (first, second)
        )
    )

    (refusal,) = refusals(answers)
    won = Assignment.objects.get()
    assert (refusal.code, won.incident.reference in refusal.detail) == ("team_not_available", True)
    lost = second if won.incident_id == first.pk else first
    assert Incident.objects.get(pk=lost.pk).status == "qualified"
    assert Entry.objects.filter(action="assignment.assigned").count() == 1


def test_one_incident_two_teams_by_two_who_saw_it_wait(
    dispatcher: User, incident: Incident, team: Team, second_team: Team
) -> None:
    seen = incident.version
    answers = at_once(
        *(
            lambda pk=each.pk: actions.assign(
                Team.objects.get(pk=pk), Incident.objects.get(pk=incident.pk), by=dispatcher, expect=seen
            )
            for each in (team, second_team)
        )
    )

    assert [refusal.code for refusal in refusals(answers)] == ["stale"]
    assert Assignment.objects.count() == 1


def test_the_team_and_the_room_tell_the_same_step(dispatcher: User, assignment: Assignment) -> None:
    answers = at_once(
        *[lambda: actions.depart(Assignment.objects.get(pk=assignment.pk), by=dispatcher)] * 2,
    )

    assert [refusal.code for refusal in refusals(answers)] == ["move_not_allowed"]
    assert Entry.objects.filter(action="assignment.en_route").count() == 1


def test_sent_while_its_shift_ends(dispatcher: User, incident: Incident, team: Team) -> None:
    answers = at_once(
        lambda: actions.assign(
            Team.objects.get(pk=team.pk), Incident.objects.get(pk=incident.pk), by=dispatcher
        ),
        lambda: Team.objects.get(pk=team.pk).go_off_duty(by=dispatcher),
    )

    assert len(refusals(answers)) == 1
    team.refresh_from_db()
    assert (team.status == "off_duty") != Assignment.objects.open().exists()


def test_two_acknowledge_one_alert(dispatcher: User, team_lead: User, incident: Incident) -> None:
    alert = raise_alert("test.race", incident, priority=1, text="Test", facts={}, at=now())
    answers = at_once(
        *(
            lambda user=user: Alert.objects.get(pk=alert.pk).acknowledge(by=user)
            for user in (dispatcher, team_lead)
        )
    )

    (refusal,) = refusals(answers)
    alert.refresh_from_db()
    assert alert.acknowledged_by is not None
    assert alert.acknowledged_by.display_name in refusal.detail
    assert Entry.objects.filter(action="alert.acknowledged").count() == 1


def test_called_back_while_it_arrives(dispatcher: User, take: Take, team: Team) -> None:
    noise, urgent = take("ORD-106"), take("CRI-204")
    sent = actions.assign(team, noise, by=dispatcher)
    answers = at_once(
        lambda: actions.arrive(Assignment.objects.get(pk=sent.pk), by=dispatcher),
        lambda: actions.preempt(
            Assignment.objects.get(pk=sent.pk), Incident.objects.get(pk=urgent.pk), by=dispatcher
        ),
    )

    (refusal,) = refusals(answers)
    on = Assignment.objects.open().get()
    assert (refusal.code, on.incident) in (("team_not_preemptible", noise), ("move_not_allowed", urgent))


def test_two_urgent_incidents_want_the_team_of_a_third(dispatcher: User, take: Take, team: Team) -> None:
    noise, *urgent = take("ORD-106"), take("CRI-204"), take("CRI-204")
    sent = actions.assign(team, noise, by=dispatcher)
    answers = at_once(
        *(
            lambda pk=one.pk: actions.preempt(
                Assignment.objects.get(pk=sent.pk), Incident.objects.get(pk=pk), by=dispatcher
            )
            for one in urgent
        )
    )

    (refusal,) = refusals(answers)
    assert refusal.code == "team_not_available"
    assert Assignment.objects.open().get().incident in urgent
    assert Incident.objects.get(pk=noise.pk).status == "queued"
