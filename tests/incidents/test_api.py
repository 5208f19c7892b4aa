"""Incidents and calls through the API: the verbs' own rules are tried with the actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient
from time_machine import Traveller

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.events.models import Event
from carma.incidents.models import Incident
from interventions import actions
from interventions.models import Assignment
from tests.cast import GENK, Login, Member

URL = "/api/v1/incidents/"
CALL = {
    "channel": "zone",
    "words": "Luide muziek bij de buren",
    "caller_name": "An Peeters",
    "caller_phone": "089 12 34 56",
    "type": "ORD-106",
    "place": {"label": GENK.label, "lat": GENK.lat, "lon": GENK.lon},
}


def test_a_call_opens_an_incident(api: Login, dispatcher: User, geography: None) -> None:
    r = api(dispatcher).post(URL, CALL)
    row = r.json()

    assert r.status_code == 201
    assert (r["Location"], r["ETag"]) == (f"{URL}{row['id']}/", '"1"')
    assert (row["status"], row["type"], row["priority"]) == ("qualified", "ORD-106", 3)
    assert row["place"]["municipality"] == "71016"
    incident = Incident.objects.get(pk=row["id"])
    assert incident.calls.get().caller_name == "An Peeters"
    entry = Entry.objects.get(action="incident.qualified")
    assert (entry.actor, entry.subject_id) == (dispatcher, row["id"])
    assert Event.objects.filter(kind="incident.qualified", subject_id=row["id"]).count() == 1


def test_type_and_place_may_come_later(api: Login, dispatcher: User, geography: None) -> None:
    client = api(dispatcher)
    row = client.post(URL, {"words": "iets"}).json()
    assert (row["status"], row["type"]) == ("received", None)
    r = client.post(f"{URL}{row['id']}/qualify/", {"type": "ORD-106", "place": CALL["place"], "version": 1})

    assert (r.status_code, r.json()["status"], r["ETag"]) == (200, "qualified", '"2"')


def test_a_call_that_tells_nothing_opens_nothing(api: Login, dispatcher: User) -> None:
    r = api(dispatcher).post(URL, {"words": "  "})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert not Incident.objects.exists()


def test_running_incidents_that_a_call_may_be_about_are_offered(
    api: Login, dispatcher: User, wijkinspecteur: User, geography: None
) -> None:
    client = api(dispatcher)
    known = client.post(URL, CALL).json()
    asked = f"{URL}duplicates/?type=ORD-106&lat={GENK.lat}&lon={GENK.lon}&phone=%2B32 89 12 34 56"
    found = client.get(asked).json()

    assert [(one["incident"]["id"], one["distance_m"], one["same_phone"]) for one in found] == [
        (known["id"], 0, True)
    ]
    assert Entry.objects.get(action="incident.found").subject_id == known["id"]
    assert client.get(f"{URL}duplicates/", {"phone": "089 99 99 99"}).json() == []
    assert client.get(f"{URL}duplicates/", {"telephone": "1"}).status_code == 400
    assert api(wijkinspecteur).get(asked).status_code == 403


@pytest.mark.parametrize("asked", ["open=yes", "urgent=maybe", "priority=3.9", "statuss=closed"])
def test_a_filter_that_means_nothing_is_refused(api: Login, dispatcher: User, asked: str) -> None:
    name = asked.partition("=")[0]
    r = api(dispatcher).get(f"{URL}?{asked}")

    assert (r.status_code, list(r.json()["errors"])) == (400, [name])


@pytest.mark.parametrize("of", ["notes", "links"])
def test_what_belongs_to_one_takes_no_other_parameter(
    api: Login, dispatcher: User, incident: Incident, of: str
) -> None:
    client = api(dispatcher)
    assert client.get(f"{URL}{incident.pk}/{of}/?limit=1").status_code == 200
    assert client.get(f"{URL}{incident.pk}/{of}/?limmit=1").status_code == 400


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"type": "XXX-999"}, "type"),
        ({"type": 7}, "type"),
        ({"type": "\0"}, "type"),
        ({"priority": 9}, "priority"),
        ({"priority": True}, "priority"),
        ({"channel": "pigeon"}, "channel"),
        ({"words": "x" * 8001}, "words"),
        ({"words": "a\0b"}, "words"),
        ({"words": {"a": 1}}, "words"),
        ({"caller_phone": "1" * 31}, "caller_phone"),
        ({"received_at": "2026-03-29T02:30:00"}, "received_at"),
        ({"received_at": "2026-02-30T02:30:00Z"}, "received_at"),
        ({"received_at": "2027-03-28T22:14:00Z"}, "received_at"),
        ({"received_at": "1999-01-01T00:00:00Z"}, "received_at"),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, "received_at"),
        ({"cic_received_at": "2026-03-28T23:14:00Z"}, "cic_received_at"),
        ({"place": {"label": "x", "lat": 50.9}}, "place"),
        ({"place": {"label": ""}}, "place.label"),
        ({"place": "Genk"}, "place"),
        ({"place": {"label": "x", "lat": "north", "lon": 5}}, "place.lat"),
        ({"status": "closed"}, "status"),
        ({"id": str(uuid4())}, "id"),
    ],
)
def test_a_fault_is_named_and_nothing_is_half_done(
    api: Login, dispatcher: User, geography: None, clock: Traveller, fault: dict[str, Any], field: str
) -> None:
    r = api(dispatcher).post(URL, {**CALL, **fault})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert field in r.json()["errors"], r.json()
    assert not Incident.objects.exists()
    assert not Event.objects.exists()


def test_a_number_of_elsewhere_is_taken_once(api: Login, dispatcher: User, geography: None) -> None:
    client = api(dispatcher)
    first = client.post(URL, {**CALL, "import_key": "A-17"}).json()
    second = client.post(URL, {**CALL, "import_key": "A-17"}).json()

    assert second["id"] == first["id"]
    assert Incident.objects.count() == 1


def test_reading_one_is_itself_recorded(api: Login, dispatcher: User, incident: Incident) -> None:
    r = api(dispatcher).get(f"{URL}{incident.pk}/")

    assert (r.status_code, r["ETag"]) == (200, f'"{incident.version}"')
    entry = Entry.objects.get(action="incident.read")
    assert (entry.actor, entry.subject_id) == (dispatcher, str(incident.pk))


def test_a_search_is_itself_recorded(api: Login, dispatcher: User, take: Callable[..., Incident]) -> None:
    found, _other = take(words="sluikstort aan de rotonde"), take(words="lawaai")
    r = api(dispatcher).get(f"{URL}?q=sluikstort")

    assert [row["id"] for row in r.json()["results"]] == [str(found.pk)]
    entry = Entry.objects.get(action="incident.searched")
    assert entry.actor == dispatcher
    assert entry.changes == {"asked": "q=sluikstort", "found": [str(found.pk)]}


def test_any_list_of_callers_is_recorded(api: Login, dispatcher: User, incident: Incident) -> None:
    api(dispatcher).get("/api/v1/calls/")

    entry = Entry.objects.get(action="call.searched")
    assert entry.changes["found"] == [str(incident.calls.get().pk)]


def test_a_list_is_recorded_with_what_it_showed(api: Login, dispatcher: User, incident: Incident) -> None:
    api(dispatcher).get(f"{URL}?open=true")

    entry = Entry.objects.get(action="incident.searched")
    assert (entry.actor, entry.changes) == (dispatcher, {"asked": "open=true", "found": [str(incident.pk)]})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("open=true", ["waiting", "received"]),
        ("open=false", ["cancelled"]),
        ("status=cancelled", ["cancelled"]),
        ("status=cancelled,received", ["cancelled", "received"]),
        ("type=CRI-204", ["waiting"]),
        ("municipality=71016", ["waiting", "cancelled"]),
        ("municipality=72004", []),
        ("priority=3", ["cancelled"]),
    ],
)
def test_lists_are_narrowed(
    api: Login, dispatcher: User, take: Callable[..., Incident], query: str, found: list[str]
) -> None:
    known = {
        "waiting": take("CRI-204"),
        "received": take("", place=None, words="iets"),
        "cancelled": take("ORD-106"),
    }
    client = api(dispatcher)
    client.post(f"{URL}{known['cancelled'].pk}/cancel/", {"cancelled_because": "false_call"})
    rows = client.get(f"{URL}?{query}").json()["results"]

    assert {row["id"] for row in rows} == {str(known[name].pk) for name in found}


def test_each_verb_moves_it(api: Login, dispatcher: User, team_lead: User, incident: Incident) -> None:
    client, lead = api(dispatcher), api(team_lead)
    address = f"{URL}{incident.pk}/"
    steps: list[tuple[APIClient, str, dict[str, Any], dict[str, Any]]] = [
        (client, "retype", {"type": "ORD-107"}, {"type": "ORD-107"}),
        (client, "reprioritise", {"priority": 4}, {"priority": 4}),
        (client, "queue", {"deferred_reason": "alle ploegen bezet"}, {"status": "queued"}),
        (client, "cancel", {"cancelled_because": "called_off"}, {"status": "cancelled"}),
        (lead, "reopen", {"reason": "belde opnieuw", "to_queue": True}, {"status": "queued"}),
        (client, "note", {"text": "hond op het erf"}, {"status": "queued"}),
    ]
    for who, verb, body, expected in steps:
        r = who.post(f"{address}{verb}/", body)
        assert r.status_code == 200, (verb, r.json())
        assert {name: r.json()[name] for name in expected} == expected, verb
    assert [note["text"] for note in client.get(f"{address}notes/").json()["results"]] == ["hond op het erf"]


def test_a_cleared_one_is_finished(
    api: Login, dispatcher: User, assignment: Assignment, incident: Incident
) -> None:
    actions.arrive(assignment, by=dispatcher)
    actions.clear(assignment, by=dispatcher)
    client = api(dispatcher)
    reporting = client.post(f"{URL}{incident.pk}/finish/", {"result": "pv"}).json()
    assert reporting["status"] == "reporting"
    r = client.post(
        f"{URL}{incident.pk}/finish/",
        {"result": "pv", "pv_number": "tg.69.l3.00572/24", "answers": {"neighbourhood": False}},
    )

    assert (r.json()["status"], r.json()["pv_number"]) == ("closed", "TG.69.L3.00572/24")


def test_one_becomes_part_of_another(api: Login, dispatcher: User, take: Callable[..., Incident]) -> None:
    part, master = take(), take()
    r = api(dispatcher).post(f"{URL}{part.pk}/merge/", {"into": str(master.pk)})

    assert (r.status_code, r.json()["merged_into"]) == (200, str(master.pk))
    assert master.calls.count() == 2


def test_it_is_not_merged_into_what_one_may_not_know(
    api: Login, dispatcher: User, incident: Incident
) -> None:
    r = api(dispatcher).post(f"{URL}{incident.pk}/merge/", {"into": str(uuid4())})

    assert (r.status_code, r.json()["errors"].keys()) == (400, {"into"})


@pytest.mark.parametrize("header", ['"1"', 'W/"1"', "*"])
def test_the_etag_says_what_was_seen(api: Login, dispatcher: User, incident: Incident, header: str) -> None:
    r = api(dispatcher).post(f"{URL}{incident.pk}/queue/", {}, headers={"If-Match": header})

    assert r.status_code == 200
    assert r["ETag"] == '"2"'


@pytest.mark.parametrize(
    ("body", "header", "answer"),
    [
        ({}, '"9"', (412, "stale")),
        ({"version": 9}, "*", (412, "stale")),
        ({"version": 1}, '"9"', (400, "invalid_input")),
        ({}, "1", (400, "invalid_input")),
        ({}, '"1", "2"', (400, "invalid_input")),
        ({"version": 0}, "*", (400, "invalid_input")),
        ({"version": 2**31}, "*", (400, "invalid_input")),
        ({"version": "x"}, "*", (400, "invalid_input")),
    ],
)
def test_another_version_is_refused(
    api: Login,
    dispatcher: User,
    incident: Incident,
    body: dict[str, Any],
    header: str,
    answer: tuple[int, str],
) -> None:
    r = api(dispatcher).post(f"{URL}{incident.pk}/queue/", body, headers={"If-Match": header})

    assert (r.status_code, r.json()["code"]) == answer
    incident.refresh_from_db()
    assert incident.status == "qualified"


def test_a_deed_told_late_says_why(
    clock: Traveller, api: Login, dispatcher: User, incident: Incident
) -> None:
    done_at = time_now.now() + timedelta(minutes=1)
    clock.shift(timedelta(minutes=5))
    client = api(dispatcher)
    refused = client.post(f"{URL}{incident.pk}/queue/", {"at": done_at.isoformat()})
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_needed")
    r = client.post(f"{URL}{incident.pk}/queue/", {"at": done_at.isoformat(), "reason": "vergeten"})

    assert r.status_code == 200
    assert r.json()["status_since"] == done_at.isoformat().replace("+00:00", "Z")


def test_another_place_stays_unknown(api: Login, member: Member, incident: Incident) -> None:
    r = api(member("bree", "wijk", municipalities=["72004"])).post(f"{URL}{incident.pk}/note/", {"text": "x"})

    assert (r.status_code, r.json()["code"]) == (404, "not_found")


def test_a_further_call_is_attached(api: Login, dispatcher: User, incident: Incident) -> None:
    client = api(dispatcher)
    r = client.post(
        "/api/v1/calls/", {"incident": str(incident.pk), "words": "nog steeds", "channel": "desk"}
    )

    assert (r.status_code, r.json()["incident"]) == (201, str(incident.pk))
    assert client.get(r["Location"]).json()["words"] == "nog steeds"
    assert client.get(f"/api/v1/calls/?incident={incident.pk}").json()["results"][0]["words"] == "nog steeds"


def test_none_is_attached_to_what_is_over(api: Login, dispatcher: User, incident: Incident) -> None:
    client = api(dispatcher)
    client.post(f"{URL}{incident.pk}/cancel/", {"cancelled_because": "false_call"})
    r = client.post("/api/v1/calls/", {"incident": str(incident.pk)})

    assert (r.status_code, r.json()["code"]) == (409, "move_not_allowed")


def test_lists_cost_two_statements(
    api: Login, dispatcher: User, take: Callable[..., Incident], django_assert_num_queries: Any
) -> None:
    for _each in range(3):
        take()
    client = api(dispatcher)
    client.get(URL)
    with django_assert_num_queries(2):  # the second writes who saw them
        client.get(f"{URL}?open=true")
