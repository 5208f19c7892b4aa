"""Calls for a later moment: kept apart, and among the work when their moment comes."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import MoveNotAllowed
from carma.events.models import Event
from carma.incidents import planning, watch
from carma.incidents.actions import cancel
from carma.incidents.models import Incident
from carma.policy import tallies
from carma.policy.models import Tally
from carma.timers.actions import run_due
from carma.timers.models import Timer
from interventions import board
from tests.cast import GENK, START, Browse, Login, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Traveller = time_machine.Traveller
URL = "/api/v1/incidents/"
LATER = START + timedelta(hours=10)
PLACE = {"label": GENK.label, "lat": GENK.lat, "lon": GENK.lon}
Told = dict[str, Any]


def told(**changes: Any) -> Told:
    later = LATER.isoformat()
    return {"type": "BST-104", "place": PLACE, "words": "Controle", "planned_for": later, **changes}


@pytest.fixture
def planned(api: Login, dispatcher: User) -> Incident:
    r = api(dispatcher).post(URL, told())
    assert r.status_code == 201, r.json()
    return Incident.objects.get()


@pytest.fixture
def elsewhere(member: Member) -> User:
    """Holds dispatch's verbs but may know of nothing in Genk."""
    role = Group.objects.create(name="qualifies_in_bree")
    role.permissions.set(Permission.objects.filter(codename__in=["view_incident", "qualify_incident"]))
    return member("elsewhere", "qualifies_in_bree", municipalities=["72004"])


def waiting(user: User) -> list[Incident]:
    return [row.incident for row in board.queue(user)["rows"]]


def test_it_is_kept_apart_with_its_trace(planned: Incident, dispatcher: User) -> None:
    assert (planned.status, planned.planned_for, planned.qualified_at) == ("planned", LATER, None)
    assert waiting(dispatcher) == []
    assert Entry.objects.get(action="incident.planned").actor == dispatcher
    assert Event.objects.filter(kind="incident.planned", subject_id=planned.pk).count() == 1
    assert list(Timer.objects.open().of(planned).values_list("kind", flat=True)) == [planning.APPEARS]


def test_it_appears_when_its_moment_comes(planned: Incident, dispatcher: User, clock: Traveller) -> None:
    clock.move_to(LATER - timedelta(seconds=1))
    assert run_due(time_now.now()) == 0
    clock.move_to(LATER)
    assert run_due(time_now.now()) == 1

    planned.refresh_from_db()
    assert (planned.status, planned.qualified_at) == ("qualified", LATER)
    assert waiting(dispatcher) == [planned]
    assert watch.waits_since(planned) == LATER, "its clock runs from then, not from the call"
    assert Entry.objects.get(action="incident.qualified").actor is None
    assert list(Timer.objects.open().of(planned).values_list("kind", flat=True)) == [watch.UNASSIGNED]


@pytest.mark.parametrize(
    "wrong",
    [
        {"planned_for": START.isoformat()},
        {"planned_for": (START + timedelta(days=367)).isoformat()},
        {"planned_for": "morgen"},
        {"type": None},
        {"place": None},
    ],
)
def test_what_can_not_be_is_refused(api: Login, dispatcher: User, wrong: Told) -> None:
    body = {name: value for name, value in told(**wrong).items() if value is not None}

    assert api(dispatcher).post(URL, body).status_code == 400
    assert not Incident.objects.exists()


def test_it_is_put_to_another_moment(
    api: Login, planned: Incident, dispatcher: User, clock: Traveller
) -> None:
    until = LATER + timedelta(days=1)
    body = {"planned_for": until.isoformat(), "version": 1}
    assert api(dispatcher).post(f"{URL}{planned.pk}/replan/", body).status_code == 200
    assert api(dispatcher).post(f"{URL}{planned.pk}/replan/", body).status_code == 412
    clock.move_to(LATER)
    assert run_due(time_now.now()) == 0
    clock.move_to(until)

    assert run_due(time_now.now()) == 1
    with pytest.raises(MoveNotAllowed):
        planning.replan(planned, until + timedelta(days=1), by=dispatcher)


def test_it_can_appear_sooner_and_once(api: Login, planned: Incident, dispatcher: User) -> None:
    address = f"{URL}{planned.pk}/appear/"
    assert api(dispatcher).post(address).json()["status"] == "qualified"
    r = api(dispatcher).post(address)

    assert (r.status_code, r.json()["code"]) == (409, "move_not_allowed")
    assert watch.waits_since(Incident.objects.get()) == START


def test_what_was_only_received_does_not_appear(incident: Incident, dispatcher: User) -> None:
    with pytest.raises(MoveNotAllowed):
        planning.appear(incident, by=dispatcher)


def test_what_was_cancelled_does_not_appear(planned: Incident, dispatcher: User, clock: Traveller) -> None:
    cancel(planned, "called_off", by=dispatcher)
    clock.move_to(LATER)
    run_due(time_now.now())

    planned.refresh_from_db()
    assert planned.status == "cancelled"


def test_who_may_and_who_learns_nothing(
    api: Login, browse: Browse, planned: Incident, officer: User, outsider: User, elsewhere: User
) -> None:
    body = {"planned_for": (LATER + timedelta(days=1)).isoformat()}
    for verb, sent in (("replan", body), ("appear", {})):
        assert api(officer).post(f"{URL}{planned.pk}/{verb}/", sent).status_code == 403
        assert api(elsewhere).post(f"{URL}{planned.pk}/{verb}/", sent).status_code == 404
        address = reverse(f"incidents:{verb}", args=[planned.pk])
        assert browse(officer).post(address, body).status_code == 403
        assert browse(elsewhere).post(address, body).status_code == 404
    assert api(outsider).get(f"{URL}{planned.pk}/").status_code == 404


def test_it_is_planned_and_moved_on_the_pages(browse: Browse, dispatcher: User) -> None:
    client = browse(dispatcher)
    sent = {"key": str(uuid.uuid4()), "channel": "zone", "type": "BST-104", "place": GENK.label}
    point = {"lat": GENK.lat, "lon": GENK.lon}
    client.post(reverse("incidents:new"), {**sent, **point, "planned_for": "2026-03-30T09:00"})
    planned = Incident.objects.get()
    assert planned.reference in client.get("/incidents/?planned").content.decode()
    assert planned.reference not in client.get("/board/").content.decode()
    address = reverse("incidents:replan", args=[planned.pk])
    assert client.post(address, {"planned_for": "2026-03-30T10:30"}).status_code == 302
    planned.refresh_from_db()
    assert time_now.local(planned.planned_for).isoformat() == "2026-03-30T10:30:00+02:00"  # type: ignore[arg-type]
    assert "10:30" in client.get(f"/incidents/{planned.pk}/").content.decode()
    client.post(reverse("incidents:appear", args=[planned.pk]))

    assert planned.reference in client.get("/board/").content.decode()


def test_figures_count_it_from_when_it_appears(planned: Incident, dispatcher: User) -> None:
    month = tallies.month_of(planned.received_at)
    assert tallies.recount(month, "71016", "BST-104").count == 0
    tallies.rebuild()
    assert not Tally.objects.exists()
    planning.appear(planned, by=dispatcher)

    assert tallies.recount(month, "71016", "BST-104").count == 1
