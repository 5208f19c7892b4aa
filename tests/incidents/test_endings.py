from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from carma import clock as time_now
from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.audit.models import Entry
from carma.errors import InvalidInput, MomentOutOfOrder, MoveNotAllowed, ReasonNeeded
from carma.events.deliveries import deliver_owed
from carma.incidents import actions
from carma.incidents.actions import CallTold
from carma.incidents.closing import AnswersNeeded
from carma.incidents.models import Incident
from carma.timers.models import Timer
from interventions import actions as dispatch
from interventions.models import Assignment
from tests.cast import Browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]


@pytest.fixture
def cleared(assignment: Assignment, dispatcher: User, clock: time_machine.Traveller) -> Incident:
    clock.shift(timedelta(minutes=5))
    dispatch.arrive(assignment, by=dispatcher)
    clock.shift(timedelta(minutes=20))
    dispatch.clear(assignment, by=dispatcher)
    incident = Incident.objects.get(pk=assignment.incident_id)
    assert incident.status == "cleared"
    return incident


def test_a_result_without_document_closes(cleared: Incident, dispatcher: User) -> None:
    actions.finish(cleared, "mediation", otherwise=False, by=dispatcher)

    assert (cleared.status, cleared.result) == ("closed", "mediation")
    assert cleared.closed_at == time_now.now()


def test_a_pv_keeps_it_open_until_its_number_is_there(cleared: Incident, dispatcher: User) -> None:
    actions.finish(cleared, "pv", by=dispatcher)
    assert (cleared.status, cleared.closed_at) == ("reporting", None)

    actions.finish(cleared, "pv", pv_number="tg.69.l3.00572/24", otherwise=True, by=dispatcher)
    assert (cleared.status, cleared.pv_number) == ("closed", "TG.69.L3.00572/24")


def test_the_reason_for_no_pv_closes_as_well(cleared: Incident, dispatcher: User) -> None:
    why = "Slachtoffer dient geen klacht in"
    actions.finish(cleared, "pv", no_pv_reason=why, otherwise=False, by=dispatcher)

    assert cleared.status == "closed"


@pytest.mark.parametrize("told", [{"result": "beer"}, {"result": "pv", "pv_number": "12345"}])
def test_an_unknown_result_or_number_is_refused(
    cleared: Incident, dispatcher: User, told: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        actions.finish(cleared, **told, by=dispatcher)

    cleared.refresh_from_db()
    assert (cleared.status, cleared.result) == ("cleared", "")


def test_a_report_of_another_kind_has_a_number_of_its_own(cleared: Incident, dispatcher: User) -> None:
    actions.finish(cleared, "gas", pv_number="gas 2026/118", otherwise=False, by=dispatcher)

    assert (cleared.status, cleared.pv_number) == ("closed", "GAS 2026/118")


def test_it_closes_once_its_follow_ups_are_answered(cleared: Incident, dispatcher: User) -> None:
    with pytest.raises(AnswersNeeded) as refused:
        actions.finish(cleared, "advice", by=dispatcher)
    assert refused.value.facts == {"missing": ["neighbourhood"]}
    assert (Incident.objects.get().status, cleared.follow_ups.count()) == ("cleared", 0)

    actions.finish(cleared, "advice", answers={"neighbourhood": True}, by=dispatcher)
    asked = cleared.follow_ups.get()
    assert (cleared.status, asked.status, asked.confirmed_at) == ("closed", "asked", time_now.now())
    assert Entry.objects.get(action="followup.confirmed").actor == dispatcher


def test_no_declines_the_proposal_for_good(cleared: Incident, dispatcher: User) -> None:
    deliver_owed()
    actions.finish(cleared, "advice", answers={"neighbourhood": False}, by=dispatcher)
    deliver_owed()

    assert cleared.follow_ups.get().status == "declined"


def test_what_was_answered_before_is_not_asked_again(cleared: Incident, dispatcher: User) -> None:
    actions.finish(cleared, "pv", answers={"neighbourhood": True}, by=dispatcher)
    assert cleared.status == "reporting"
    actions.finish(cleared, "pv", pv_number="TG.69.L3.00572/24", by=dispatcher)

    assert cleared.status == "closed"


def test_the_form_asks_and_says_what_is_missing(cleared: Incident, dispatcher: User, browse: Browse) -> None:
    client, address = browse(dispatcher), f"/incidents/{cleared.pk}/finish/"
    assert 'name="answer_neighbourhood"' in client.get(f"/incidents/{cleared.pk}/").content.decode()
    r = client.post(address, {"result": "advice"}, headers={"HX-Request": "true"})
    assert (r.status_code, "answers_needed" in r.content.decode()) == (409, True)

    client.post(address, {"result": "advice", "answer_neighbourhood": "no"})
    assert Incident.objects.get().status == "closed"


def test_an_incident_with_a_team_is_not_closed(assignment: Assignment, dispatcher: User) -> None:
    with pytest.raises(MoveNotAllowed):
        actions.finish(assignment.incident, "advice", by=dispatcher)


def test_cancelling_stops_the_timer(incident: Incident, dispatcher: User) -> None:
    actions.cancel(incident, "advice_by_phone", by=dispatcher)

    assert (incident.status, incident.cancelled_because) == ("cancelled", "advice_by_phone")
    assert not Timer.objects.open().exists()


def test_handing_to_another_zone_names_it(incident: Incident, dispatcher: User) -> None:
    with pytest.raises(ReasonNeeded):
        actions.cancel(incident, "wrong_zone", by=dispatcher)

    actions.cancel(incident, "wrong_zone", reason="PZ Kempenland", by=dispatcher)
    assert incident.status == "cancelled"


def test_an_incident_with_a_team_is_not_cancelled(assignment: Assignment, dispatcher: User) -> None:
    with pytest.raises(MoveNotAllowed):
        actions.cancel(assignment.incident, "called_off", by=dispatcher)


def test_waiting_longer_asks_what_the_caller_was_told(incident: Incident, dispatcher: User) -> None:
    with pytest.raises(ReasonNeeded):
        actions.queue(incident, told_at=time_now.now(), by=dispatcher)

    actions.queue(incident, deferred_reason="Alle ploegen bezet", told_at=time_now.now(), by=dispatcher)
    incident.refresh_from_db()
    assert (incident.status, incident.deferred_reason) == ("queued", "Alle ploegen bezet")


def test_merging_moves_calls_and_keeps_the_earliest_moment(
    take: Take, dispatcher: User, clock: time_machine.Traveller
) -> None:
    first = take(words="eerste")
    clock.shift(timedelta(minutes=3))
    second = take(words="tweede")
    actions.merge(first, second, by=dispatcher)

    second.refresh_from_db()
    assert (first.status, first.merged_into) == ("merged", second)
    assert second.received_at == first.received_at
    assert sorted(second.calls.values_list("words", flat=True)) == ["eerste", "tweede"]
    assert Timer.objects.open().get().subject_id == str(second.pk)


def test_an_incident_is_not_merged_into_itself_or_into_what_is_over(take: Take, dispatcher: User) -> None:
    one, other = take(), take()
    with pytest.raises(InvalidInput):
        actions.merge(one, one, by=dispatcher)
    actions.cancel(other, "false_call", by=dispatcher)

    with pytest.raises(MoveNotAllowed):
        actions.merge(one, other, by=dispatcher)
    assert one.calls.count() == 1


def test_an_incident_with_a_team_is_not_merged(assignment: Assignment, take: Take, dispatcher: User) -> None:
    with pytest.raises(MoveNotAllowed):
        actions.merge(assignment.incident, take(), by=dispatcher)


def test_reopening_needs_a_reason_and_keeps_the_response_time(
    cleared: Incident, dispatcher: User, team_lead: User
) -> None:
    arrived = cleared.on_scene_at
    actions.finish(cleared, "advice", otherwise=False, by=dispatcher)
    with pytest.raises(ReasonNeeded):
        actions.reopen(cleared, to_queue=True, by=team_lead)

    actions.reopen(cleared, to_queue=True, by=team_lead, reason="Lawaai begint opnieuw")
    cleared.refresh_from_db()
    assert (cleared.status, cleared.on_scene_at, cleared.closed_at) == ("queued", arrived, None)
    assert Timer.objects.open().get().due_at == cleared.status_since + timedelta(seconds=900)


def test_a_moment_before_the_present_status_is_refused(incident: Incident, dispatcher: User) -> None:
    with pytest.raises(MomentOutOfOrder):
        actions.cancel(incident, "called_off", by=dispatcher, at=incident.received_at - timedelta(hours=1))


def test_telling_late_needs_a_reason(
    incident: Incident, dispatcher: User, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=10))
    at = time_now.now() - timedelta(minutes=5)
    with pytest.raises(ReasonNeeded):
        actions.cancel(incident, "called_off", by=dispatcher, at=at)

    actions.cancel(incident, "called_off", by=dispatcher, at=at, reason="Radio viel uit")
    assert incident.closed_at == at


def test_no_call_leaves_an_incident_that_is_merged(take: Take, dispatcher: User) -> None:
    one, other = take(), take()
    actions.merge(one, other, by=dispatcher)

    with pytest.raises(MoveNotAllowed):
        actions.attach_call(CallTold(words="nog een"), one, by=dispatcher)


def test_urgent_work_is_not_put_to_wait(take: Take, dispatcher: User) -> None:
    incident = take("CRI-204")
    with pytest.raises(MoveNotAllowed):
        actions.queue(incident, by=dispatcher)

    incident.refresh_from_db()
    assert incident.status == "qualified"


def test_a_result_written_anew_replaces_all_of_the_former(cleared: Incident, dispatcher: User) -> None:
    actions.finish(cleared, "pv", by=dispatcher)
    actions.finish(cleared, "nothing_found", by=dispatcher, otherwise=False)

    entry = Entry.objects.get(action="incident.closed")
    assert (cleared.result, cleared.pv_number) == ("nothing_found", "")
    assert entry.changes["result"] == ["pv", "nothing_found"]


def test_the_more_urgent_priority_survives_a_merge_with_its_timer(take: Take, dispatcher: User) -> None:
    urgent, routine = take("CRI-204"), take("ORD-106")
    actions.merge(urgent, routine, by=dispatcher)

    assert (routine.priority_id, routine.urgent) == (1, True)
    due = Timer.objects.of(routine).open().get(kind="incident.unassigned").due_at
    assert due - routine.received_at == Priority.objects.get(pk=1).term("unassigned", "warn")


def test_what_is_qualified_is_not_merged_into_what_is_not(take: Take, dispatcher: User) -> None:
    urgent, unknown = take("CRI-204"), take("", place=None, words="de lijn viel weg")
    with pytest.raises(MoveNotAllowed):
        actions.merge(urgent, unknown, by=dispatcher)

    urgent.refresh_from_db()
    assert urgent.status == "qualified"
    assert Timer.objects.of(urgent).open().exists()


def test_what_was_cancelled_before_it_had_a_type_is_received_again(take: Take, dispatcher: User) -> None:
    incident = take("", place=None, words="de lijn viel weg")
    actions.cancel(incident, "false_call", by=dispatcher)
    actions.reopen(incident, to_queue=True, by=dispatcher, reason="belde opnieuw")

    assert incident.status == "received"
    assert Timer.objects.of(incident).open().exists()
