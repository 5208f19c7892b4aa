"""Which team comes first, and why: each rule alone, from two or three teams that differ in one thing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carma import clock as time_now
from carma.accounts.models import User
from carma.incidents.actions import PlaceTold
from carma.incidents.models import Incident
from interventions import actions, recommend
from interventions.candidates import Availability, Candidate
from interventions.models import Assignment, Team
from interventions.recommend import Recommendation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "english")]
Take = Callable[..., Incident]
Traveller = time_machine.Traveller
HERE = (50.9678, 5.4887)  # where `take` has it happen, and where the base Genk stands


def stands(call_sign: str, *, km: float = 0, minutes_ago: float = 1, **facts: object) -> Team:
    """A team that reported so long ago that it stands so many kilometres north of the incident."""
    now = time_now.now()
    told: dict[str, object] = {
        "base": "Genk",
        "sector": "GENK",
        "lat": HERE[0] + km / 111.2,
        "lon": HERE[1],
        "position_at": now - timedelta(minutes=minutes_ago),
        "status_since": now - timedelta(hours=2),
    }
    return Team.objects.create(call_sign=call_sign, **told | facts)


def unseen(call_sign: str, **facts: object) -> Team:
    return stands(call_sign, **{"lat": None, "lon": None, "position_at": None, **facts})  # type: ignore[arg-type]


def advised(incident: Incident, user: User) -> Recommendation:
    return recommend.for_incident(incident, user)


def order(incident: Incident, user: User) -> list[str]:
    return [one.team.call_sign for one in advised(incident, user).sendable]


def of(team: Team, incident: Incident, user: User) -> Candidate:
    return next(one for one in advised(incident, user).candidates if one.team == team)


def codes(team: Team, incident: Incident, user: User) -> list[str]:
    return [reason.code for reason in of(team, incident, user).reasons]


def test_the_soonest_there_comes_first_and_the_others_say_how_much_later(
    dispatcher: User, take: Take
) -> None:
    stands("FAR", km=8)
    near = stands("NEAR", km=2)
    incident = take("ORD-106")
    advice = advised(incident, dispatcher)

    assert [one.team.call_sign for one in advice.best] == ["NEAR", "FAR"]
    first, second = advice.best
    assert (first.minutes, second.minutes) == (4, 16), "40 km/h over a road a third longer than the line"
    assert [reason.text for reason in first.reasons if reason.speaks_for] == ["there first", "own sector"]
    assert [reason.text for reason in second.reasons] == ["own sector", "12 min later than NEAR"]
    assert not advice.by_road
    assert advice.first is not None
    assert advice.first.team == near


def test_with_priority_signals_it_goes_faster(dispatcher: User, take: Take) -> None:
    team = stands("NEAR", km=8)

    assert of(team, take("ORD-106"), dispatcher).minutes == 16
    assert of(team, take("CRI-204"), dispatcher).minutes == 11


def test_an_old_position_counts_as_the_base_and_says_so(dispatcher: User, take: Take) -> None:
    old = stands("OLD", km=30, minutes_ago=25)
    stands("NEAR", km=0.2)
    incident = take("ORD-106")
    one = of(old, incident, dispatcher)

    assert (one.from_base, one.minutes) == (True, 1), "its base is next door, wherever it was seen"
    assert order(incident, dispatcher) == ["NEAR", "OLD"], "whom we see goes before whom we guess"
    texts = [reason.text for reason in one.reasons]
    assert "last seen 25 min ago: counted from its base, Genk" in texts
    assert "as soon as NEAR, but less sure where it is" in texts


def test_a_position_that_nobody_reported_says_so(dispatcher: User, take: Take) -> None:
    at_base, nowhere = unseen("BASE"), unseen("NOWHERE", base="Elders")
    incident = take("ORD-106")

    assert of(at_base, incident, dispatcher).reasons[2].text == "no position: counted from its base, Genk"
    one = of(nowhere, incident, dispatcher)
    assert (one.minutes, one.start) == (None, None)
    assert "no position, and its base Elders is not on the map" in [each.text for each in one.reasons]
    assert [each.code for each in advised(incident, dispatcher).shortfalls] == ["positions_unknown"]
    assert order(incident, dispatcher) == ["BASE", "NOWHERE"]


def test_without_a_place_nobody_is_nearer(dispatcher: User, take: Take) -> None:
    stands("NEAR")
    advice = advised(take("ORD-106", place=PlaceTold("Ergens in Genk")), dispatcher)

    assert [each.code for each in advice.shortfalls] == ["place_unknown"]
    assert advice.best[0].minutes is None


def test_who_brings_the_last_thing_that_lacks_goes_before_who_is_nearer(dispatcher: User, take: Take) -> None:
    first, near = stands("FIRST"), stands("NEAR")
    dog = stands("DOG", km=9, skills=["hond"])
    burglary = take("CRI-204")
    assert order(burglary, dispatcher) == ["FIRST", "NEAR", "DOG"], "two are asked for: one may be any team"
    actions.assign(first, burglary, by=dispatcher)
    advice = advised(burglary, dispatcher)

    assert (advice.need.teams, advice.lacks.teams, advice.lacks.skills) == (2, 1, ("hond",))
    assert advice.on_it == [first]
    assert order(burglary, dispatcher) == ["DOG", "NEAR"]
    assert codes(dog, burglary, dispatcher) == ["brings_skill", "own_sector"]
    assert "lacks_skill" in codes(near, burglary, dispatcher)


def test_in_the_same_minute_the_own_sector_goes_then_who_did_least(
    dispatcher: User, take: Take, clock: Traveller
) -> None:
    busy, fresh = stands("A"), stands("B")
    other = stands("C", sector="NOORD")
    actions.clear(_arrived(actions.assign(busy, take("ORD-106"), by=dispatcher), dispatcher), by=dispatcher)
    incident = take("ORD-106")

    assert order(incident, dispatcher) == ["B", "A", "C"]
    assert of(busy, incident, dispatcher).workload == 1
    assert codes(busy, incident, dispatcher)[-1] == "more_work"
    assert codes(other, incident, dispatcher)[-1] == "other_sector"
    assert "more_work" not in codes(fresh, incident, dispatcher)
    clock.shift(timedelta(hours=8, minutes=1))
    assert of(busy, incident, dispatcher).workload == 0


def test_whoever_can_not_be_sent_comes_last_and_says_why(dispatcher: User, take: Take) -> None:
    on_scene, urgent, equal, repair = (stands(name) for name in ("SCENE", "URGENT", "EQUAL", "REPAIR"))
    _arrived(actions.assign(on_scene, take("ORD-106"), by=dispatcher), dispatcher)
    actions.assign(urgent, take("CRI-204"), by=dispatcher)
    actions.assign(equal, take("CRI-209"), by=dispatcher)
    repair.go_out_of_service(by=dispatcher)
    stands("FREE", km=20)
    incident = take("CRI-209")

    assert order(incident, dispatcher) == ["FREE"]
    told = {one.team.call_sign: one.reasons[0].code for one in advised(incident, dispatcher).not_to_send}
    assert told == {
        "SCENE": "on_scene",
        "URGENT": "on_urgent_incident",
        "EQUAL": "on_incident_not_lower",
        "REPAIR": "out_of_service",
    }


def test_calling_back_has_to_gain_time_for_an_urgent_incident(dispatcher: User, take: Take) -> None:
    busy = stands("BUSY")
    actions.assign(busy, take("CRI-213"), by=dispatcher)
    free = stands("FREE", km=4)
    urgent, routine = take("CRI-204"), take("ORD-106")
    assert of(busy, urgent, dispatcher).availability is Availability.PREEMPTIBLE
    assert order(urgent, dispatcher) == ["FREE", "BUSY"], "five minutes away, the other at the door"
    assert codes(busy, urgent, dispatcher)[-1] == "gains_too_little"
    Team.objects.filter(pk=free.pk).update(lat=HERE[0] + 9 / 111.2)

    assert order(urgent, dispatcher) == ["BUSY", "FREE"]
    assert order(routine, dispatcher) == ["FREE", "BUSY"], "nothing is broken off for what can wait"
    Team.objects.filter(pk=busy.pk).update(position_at=None)
    assert order(urgent, dispatcher) == ["FREE", "BUSY"], "nobody knows that it gains anything"


def test_where_a_team_is_that_is_not_for_all_eyes_is_not_told(
    member: Callable[..., User], assign_only: str, dispatcher: User, take: Take
) -> None:
    team = stands("BUSY")
    elsewhere = actions.assign(team, take("ORD-106"), by=dispatcher)
    in_bree = take("CRI-204", place=PlaceTold("Markt 1, Bree", 51.15, 5.6))
    local = member("bree", assign_only, municipalities=["72004"])
    one = of(team, in_bree, local)

    assert (one.availability, one.on) == (Availability.BUSY, None)
    assert one.reasons[0].text == "on an incident in another area"
    assert elsewhere.incident.reference not in str([reason.text for reason in one.reasons])


def test_nobody_to_send_is_said(dispatcher: User, take: Take, team: Team) -> None:
    team.go_out_of_service(by=dispatcher)
    advice = advised(take("CRI-204"), dispatcher)

    assert advice.first is None
    assert [each.code for each in advice.shortfalls] == ["nobody"]


def test_what_the_plan_asks_in_vain_is_said(dispatcher: User, take: Take) -> None:
    stands("ALONE")
    shortfalls = advised(take("CRI-204"), dispatcher).shortfalls

    assert [each.text for each in shortfalls] == [
        "The plan asks for 2 more teams; 1 can be sent.",
        "No team that can be sent brings: Dog handler.",
    ]


def test_the_room_is_four_queries_however_full_it_is(dispatcher: User, take: Take) -> None:
    incident = take("CRI-204")
    stands("A")
    advised(incident, dispatcher)
    with CaptureQueriesContext(connection) as few:
        advised(incident, dispatcher)
    for number in range(5):
        actions.assign(stands(f"B{number}"), take("ORD-106"), by=dispatcher)
    with CaptureQueriesContext(connection) as many:
        advised(incident, dispatcher)

    assert len(few) == len(many) == 4


def _arrived(assignment: Assignment, by: User) -> Assignment:
    actions.arrive(assignment, by=by)
    return assignment
