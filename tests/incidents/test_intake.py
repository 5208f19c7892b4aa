from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from carma import clock as time_now
from carma.accounts.models import User
from carma.actionfields.models import IncidentType, Priority
from carma.audit.models import Entry
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.events.models import Event
from carma.geo.places import PlaceOutsideZone
from carma.incidents import actions
from carma.incidents.actions import CallTold, PlaceTold
from carma.incidents.models import Call, Incident
from carma.timers.models import Timer
from tests.cast import GENK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]


def test_type_and_place_suffice_and_leave_row_trace_event_and_timer(take: Take, dispatcher: User) -> None:
    incident = take("CRI-204", words="Inbrekers nog binnen", caller_phone="089 00 01 02")

    assert incident.status == "qualified"
    assert (incident.priority_id, incident.urgent, incident.sphere) == (1, True, "judicial")
    assert incident.municipality == "71016"
    assert incident.reference == "2026-000001"
    call = incident.calls.get()
    assert (call.words, call.phone_digits, call.taken_by) == ("Inbrekers nog binnen", "089000102", dispatcher)
    entry = Entry.objects.get(subject_id=str(incident.pk))
    assert (entry.action, entry.actor) == ("incident.qualified", dispatcher)
    event = Event.objects.get(subject_id=str(incident.pk))
    assert (event.kind, event.topic) == ("incident.qualified", "incident:71016")
    timer = Timer.objects.get(subject_id=str(incident.pk))
    assert timer.due_at == incident.received_at + timedelta(seconds=60)


def test_without_a_place_it_is_received_and_later_qualified(take: Take, dispatcher: User) -> None:
    incident = take("CRI-204", place=None)
    assert incident.status == "received"

    actions.qualify(incident, by=dispatcher, type=IncidentType.objects.get(code="CRI-204"), place=GENK)
    incident.refresh_from_db()
    assert (incident.status, incident.place) == ("qualified", GENK.label)


def test_two_incidents_get_two_numbers(take: Take) -> None:
    assert [take().reference, take().reference] == ["2026-000001", "2026-000002"]


def test_a_place_outside_the_zone_is_refused_and_nothing_is_stored(take: Take) -> None:
    with pytest.raises(PlaceOutsideZone) as refusal:
        take("CRI-204", place=PlaceTold(label="Grote Markt, Antwerpen", lat=51.221, lon=4.399))

    assert refusal.value.code == "place_outside_zone"
    assert not Incident.objects.exists()
    assert not Call.objects.exists()


def test_oversize_text_is_refused(take: Take) -> None:
    with pytest.raises(InvalidInput) as refusal:
        take("CRI-204", words="a" * 8001)

    assert refusal.value.field == "words"
    assert not Incident.objects.exists()


@pytest.mark.parametrize("away", [timedelta(minutes=2), timedelta(days=-401)])
def test_an_impossible_moment_is_refused(take: Take, away: timedelta) -> None:
    with pytest.raises(InvalidInput) as refusal:
        take("CRI-204", received_at=time_now.now() + away)

    assert refusal.value.field == "received_at"


def test_the_centre_hears_a_call_before_the_zone_does(take: Take) -> None:
    with pytest.raises(InvalidInput) as refusal:
        take("CRI-204", cic_received_at=time_now.now() + timedelta(seconds=90))

    assert refusal.value.field == "cic_received_at"


def test_a_second_call_is_attached(incident: Incident, dispatcher: User) -> None:
    actions.attach_call(CallTold(words="Nog altijd lawaai", channel="cic_101"), incident, by=dispatcher)

    assert incident.calls.count() == 2
    assert Event.objects.filter(kind="incident.call_attached", subject_id=incident.pk).count() == 1


def test_no_call_is_attached_to_what_is_over(incident: Incident, dispatcher: User) -> None:
    actions.cancel(incident, "false_call", by=dispatcher)

    with pytest.raises(MoveNotAllowed):
        actions.attach_call(CallTold(words="?"), incident, by=dispatcher)


def test_the_dispatcher_may_choose_another_priority(dispatcher: User) -> None:
    kind = IncidentType.objects.select_related("default_priority").get(code="ORD-106")
    raised = Priority.objects.get(code=1)
    incident = actions.take_call(CallTold(), by=dispatcher, type=kind, place=GENK, priority=raised)

    assert (incident.priority, incident.urgent) == (raised, True)


def test_an_intake_costs_few_queries(
    dispatcher: User, django_assert_max_num_queries: Callable[..., object]
) -> None:
    kind = IncidentType.objects.select_related("default_priority").get(code="ORD-106")
    actions.take_call(CallTold(), by=dispatcher, type=kind, place=GENK)  # warms what is kept in the process

    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]  # savepoint and release are two of them
        actions.take_call(CallTold(), by=dispatcher, type=kind, place=GENK)


def test_a_qualification_told_late_needs_a_reason_and_keeps_its_moment(dispatcher: User) -> None:
    kind = IncidentType.objects.select_related("default_priority").get(code="ORD-106")
    received_at = time_now.now() - timedelta(hours=2)
    at = received_at + timedelta(minutes=1)
    call = CallTold(received_at=received_at)
    with pytest.raises(ReasonNeeded):
        actions.take_call(call, by=dispatcher, type=kind, place=GENK, at=at)

    incident = actions.take_call(call, by=dispatcher, type=kind, place=GENK, at=at, reason="op papier")
    entry = Entry.objects.get(subject_id=str(incident.pk))
    assert (incident.qualified_at, entry.at, entry.recorded_at) == (at, at, time_now.now())
