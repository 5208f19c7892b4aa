"""A call of words only, whose type nobody knows yet, is watched over like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from carma import clock as time_now
from carma.accounts.models import User
from carma.actionfields.models import IncidentType, Priority
from carma.alerts.models import Alert
from carma.errors import ReasonNeeded
from carma.incidents import actions
from carma.incidents.actions import CallTold
from carma.incidents.models import Incident
from carma.timers.actions import run_due
from tests.cast import GENK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]


@pytest.fixture
def unknown(take: Take) -> Incident:
    return take("", place=None, words="man met mes")


def test_nobody_looks_at_it_and_the_officer_of_duty_is_told(unknown: Incident) -> None:
    for minutes in (3, 15):
        run_due(time_now.now() + timedelta(minutes=minutes))

    alert = Alert.objects.get()
    assert (alert.subject_id, alert.priority) == (str(unknown.pk), 2)


def test_a_priority_told_without_a_type_counts(dispatcher: User) -> None:
    call = CallTold(words="man met mes")
    incident = actions.take_call(call, by=dispatcher, priority=Priority.objects.get(pk=0))

    assert (incident.status, incident.priority_id, incident.urgent) == ("received", 0, True)
    run_due(time_now.now() + timedelta(minutes=2))
    run_due(time_now.now() + timedelta(minutes=4))
    assert Alert.objects.get().priority == 0


def test_qualifying_keeps_it_and_asks_a_reason_to_lower_it(dispatcher: User) -> None:
    call = CallTold(words="geroep, misschien een mes")
    incident = actions.take_call(call, by=dispatcher, priority=Priority.objects.get(pk=0))
    noise = IncidentType.objects.get(pk="ORD-106")
    with pytest.raises(ReasonNeeded):
        actions.qualify(incident, by=dispatcher, type=noise, place=GENK, priority=Priority.objects.get(pk=3))
    actions.qualify(incident, by=dispatcher, type=noise, place=GENK)

    assert (incident.status, incident.priority_id) == ("qualified", 0)
