"""A merger that was a mistake is undone: status, calls and moments are as they were."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from time_machine import Traveller

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import MoveNotAllowed, ReasonNeeded
from carma.events.models import Event
from carma.incidents import actions
from carma.incidents.actions import CallTold
from carma.incidents.models import Incident
from carma.timers.models import Timer
from interventions import actions as dispatch
from interventions.models import Team
from tests.cast import Browse, Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("geography")]
Take = Callable[..., Incident]
WHY = "Twee verschillende feesten"


@pytest.fixture
def early(take: Take, clock: Traveller) -> Incident:
    """Called three minutes before `master`."""
    incident = take(words="eerste")
    clock.shift(timedelta(minutes=3))
    return incident


@pytest.fixture
def master(early: Incident, take: Take, dispatcher: User) -> Incident:
    """`early` was merged into it by mistake."""
    incident = take(words="tweede")
    actions.merge(early, incident, by=dispatcher)
    return incident


def words(incident: Incident) -> list[str]:
    return sorted(incident.calls.values_list("words", flat=True))


def test_it_gets_its_status_and_calls_back(
    early: Incident, master: Incident, dispatcher: User, team_lead: User
) -> None:
    actions.attach_call(CallTold(words="na de samenvoeging"), master, by=dispatcher)
    actions.unmerge(early, by=team_lead, reason=WHY)

    assert (early.status, early.merged_into) == ("qualified", None)
    assert (words(early), words(master)) == (["eerste"], ["na de samenvoeging", "tweede"])
    entry = Entry.objects.get(action="incident.unmerged")
    assert (entry.actor, entry.reason, entry.subject_id) == (team_lead, WHY, str(early.pk))
    assert Event.objects.filter(kind="incident.parted_from", subject_id=master.pk).count() == 1


def test_the_master_has_its_own_moments_again(early: Incident, master: Incident, team_lead: User) -> None:
    assert Incident.objects.get(pk=master.pk).received_at == early.received_at
    actions.unmerge(early, by=team_lead, reason=WHY)
    master.refresh_from_db()

    assert (master.received_at, master.qualified_at) == (time_now.now(), time_now.now())
    assert {timer.subject_id for timer in Timer.objects.open()} == {str(early.pk), str(master.pk)}


def test_what_is_still_merged_keeps_counting(
    early: Incident, master: Incident, take: Take, dispatcher: User, team_lead: User, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=1))
    third = take(words="derde")
    master.refresh_from_db()
    actions.merge(master, third, by=dispatcher)
    actions.unmerge(master, by=team_lead, reason=WHY)
    third.refresh_from_db()
    assert (words(third), words(master)) == (["derde"], ["eerste", "tweede"])
    assert (third.received_at, master.received_at) == (time_now.now(), early.received_at)

    actions.unmerge(early, by=team_lead, reason=WHY)
    assert (words(early), words(master)) == (["eerste"], ["tweede"])


def test_the_first_arrival_of_the_master_counts_again(
    take: Take, dispatcher: User, team_lead: User, team: Team, second_team: Team, clock: Traveller
) -> None:
    part, master = take(), take()
    first = dispatch.assign(team, part, by=dispatcher)
    dispatch.arrive(first, by=dispatcher)
    dispatch.clear(first, by=dispatcher)
    part.refresh_from_db()
    actions.merge(part, master, by=dispatcher)
    clock.shift(timedelta(minutes=9))
    dispatch.arrive(dispatch.assign(second_team, master, by=dispatcher), by=dispatcher)
    assert Incident.objects.get(pk=master.pk).on_scene_at == part.on_scene_at

    actions.unmerge(part, by=team_lead, reason=WHY)
    master.refresh_from_db()
    assert (part.status, master.on_scene_at) == ("cleared", time_now.now())


def test_it_needs_a_reason_and_a_merger_of_today(
    early: Incident, master: Incident, team_lead: User, clock: Traveller
) -> None:
    with pytest.raises(ReasonNeeded):
        actions.unmerge(early, by=team_lead)
    with pytest.raises(MoveNotAllowed):
        actions.unmerge(master, by=team_lead, reason=WHY)
    clock.shift(timedelta(hours=24, seconds=1))
    with pytest.raises(MoveNotAllowed):
        actions.unmerge(early, by=team_lead, reason=WHY)
    assert words(master) == ["eerste", "tweede"]


@pytest.mark.parametrize("verb", ["queue", "reopen", "finish", "qualify"])
def test_no_other_verb_takes_it_out(
    early: Incident, master: Incident, dispatcher: User, api: Login, team_lead: User, verb: str
) -> None:
    body = {
        "queue": {},
        "reopen": {"reason": "x"},
        "finish": {"result": "advice"},
        "qualify": {"type": "ORD-106", "place": {"label": "Genk"}},
    }[verb]
    r = api(team_lead).post(f"/api/v1/incidents/{early.pk}/{verb}/", body)

    assert (r.status_code, r.json()["code"]) == (409, "move_not_allowed")
    assert Incident.objects.get(pk=early.pk).status == "merged"


def test_the_team_lead_does_it_on_the_page_and_the_dispatcher_may_not(
    early: Incident, master: Incident, dispatcher: User, team_lead: User, browse: Browse
) -> None:
    address = f"/incidents/{early.pk}/unmerge/"
    assert browse(dispatcher).post(address, {"reason": WHY}).status_code == 403
    assert "verb-unmerge" not in browse(dispatcher).get(f"/incidents/{early.pk}/").content.decode()
    assert "verb-unmerge" in browse(team_lead).get(f"/incidents/{early.pk}/").content.decode()

    assert browse(team_lead).post(address, {"reason": WHY}).status_code == 302
    assert Incident.objects.get(pk=early.pk).status == "qualified"


def test_the_api_says_the_same(
    early: Incident, master: Incident, dispatcher: User, team_lead: User, outsider: User, api: Login
) -> None:
    address = f"/api/v1/incidents/{early.pk}/unmerge/"
    assert api(dispatcher).post(address, {"reason": WHY}).status_code == 403
    r = api(team_lead).post(address, {"reason": WHY})

    assert (r.status_code, r.json()["status"], r.json()["merged_into"]) == (200, "qualified", None)
