from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.incidents.models import Call, Incident
from tests.cast import GENK, Browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
NEW = reverse("incidents:new")
HTMX = {"HX-Request": "true"}
Take = Callable[..., Incident]


def told(**changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "channel": "zone",
        "words": "Luide muziek bij de buren",
        "type": "ORD-106 Geluidshinder of nachtlawaai",
        "place": GENK.label,
        "lat": GENK.lat,
        "lon": GENK.lon,
        **changes,
    }


def test_type_and_place_are_saved_and_lead_to_the_incident(browse: Browse, dispatcher: User) -> None:
    r = browse(dispatcher).post(NEW, told())

    incident = Incident.objects.get()
    assert (r.status_code, r["Location"]) == (302, reverse("incidents:incident", args=[incident.pk]))
    assert (incident.status, incident.type_id, incident.priority_id) == ("qualified", "ORD-106", 3)


def test_a_double_click_makes_one_incident(browse: Browse, dispatcher: User) -> None:
    sent = told()
    client = browse(dispatcher)
    first, second = client.post(NEW, sent), client.post(NEW, sent)

    assert first["Location"] == second["Location"]
    assert Incident.objects.count() == Call.objects.count() == 1


def test_a_call_from_paper_keeps_its_hour_and_that_of_the_entry(browse: Browse, dispatcher: User) -> None:
    now = time_now.now()
    on_paper = now.replace(second=0) - timedelta(minutes=40)
    browse(dispatcher).post(NEW, told(received_at=f"{time_now.local(on_paper):%Y-%m-%dT%H:%M}"))

    incident = Incident.objects.get()
    assert (incident.received_at, incident.qualified_at) == (on_paper, on_paper)
    entry = Entry.objects.get(action="incident.qualified")
    assert (entry.at, entry.recorded_at) == (on_paper, now)
    assert entry.reason


def test_a_call_from_paper_that_is_still_to_come_is_refused(browse: Browse, dispatcher: User) -> None:
    ahead = time_now.local(time_now.now() + timedelta(hours=1))
    r = browse(dispatcher).post(NEW, told(received_at=f"{ahead:%Y-%m-%dT%H:%M}"), headers=HTMX)

    assert r.status_code == 400
    assert not Incident.objects.exists()


def test_htmx_is_sent_on_to_the_incident(browse: Browse, dispatcher: User) -> None:
    r = browse(dispatcher).post(NEW, told(), headers=HTMX)

    assert r["HX-Redirect"] == reverse("incidents:incident", args=[Incident.objects.get().pk])


def test_what_was_typed_after_a_lost_answer_is_kept(browse: Browse, dispatcher: User) -> None:
    client = browse(dispatcher)
    sent = told()
    client.post(NEW, sent)
    page = client.post(NEW, {**sent, "words": "Nu ook geroep en glas"}, follow=True).content.decode()

    incident = Incident.objects.get()
    assert [note.text for note in incident.notes.all()] == ["Nu ook geroep en glas"]
    assert incident.calls.get().words == sent["words"]
    assert 'data-level="warning"' in page


@pytest.mark.parametrize("typed", ["ord-106", " ORD-106 iets anders", "geluidshinder of nachtlawaai"])
def test_a_type_may_be_typed_by_its_code_or_its_name(browse: Browse, dispatcher: User, typed: str) -> None:
    browse(dispatcher).post(NEW, told(type=typed))

    assert Incident.objects.get().type_id == "ORD-106"


def test_a_priority_that_was_chosen_stands(browse: Browse, dispatcher: User) -> None:
    browse(dispatcher).post(NEW, told(priority="1"))

    assert Incident.objects.get().priority_id == 1


def test_a_place_nobody_can_find_is_kept_as_it_was_told(browse: Browse, dispatcher: User) -> None:
    browse(dispatcher).post(NEW, told(place="Ergens achter de kerk", lat="", lon=""))

    incident = Incident.objects.get()
    assert (incident.place, incident.lat, incident.status) == ("Ergens achter de kerk", None, "qualified")


def test_a_point_without_a_name_is_a_place(browse: Browse, dispatcher: User) -> None:
    browse(dispatcher).post(NEW, told(place=""))

    assert Incident.objects.get().place == "50.96780, 5.48870"


def test_htmx_gets_what_is_wrong_and_where(browse: Browse, dispatcher: User) -> None:
    r = browse(dispatcher).post(NEW, told(type="XYZ-999", caller_phone="1" * 31), headers=HTMX)
    page = r.content.decode()

    assert r.status_code == 422
    assert 'data-problem="id_type"' in page and 'data-problem="id_caller_phone"' in page
    assert "XYZ-999" in page
    assert "<form" not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "XYZ-999"},
        {"priority": "7"},
        {"channel": "pigeon"},
        {"lat": "far"},
        {"lat": "91"},
        {"words": "a" * 8001},
        {"words": "", "type": "", "place": "", "lat": "", "lon": ""},
        {"key": "once"},
        {"lat": "nan"},
        {"type": "ORD-106\0x"},
        {"place": "a" * 201},
        {"cic_received_at": "gisteren"},
    ],
)
def test_wrong_input_is_told_and_what_was_typed_stays(
    browse: Browse, dispatcher: User, wrong: dict[str, str]
) -> None:
    r = browse(dispatcher).post(NEW, told(caller_name="Nele Vliet", **wrong))

    assert r.status_code == 422
    assert 'role="alert"' in r.content.decode()
    assert "Nele Vliet" in r.content.decode()
    assert not Incident.objects.exists()


def test_a_place_outside_the_zone_is_refused_with_what_to_do(browse: Browse, dispatcher: User) -> None:
    r = browse(dispatcher).post(NEW, told(lat="51.221", lon="4.399"))

    assert r.status_code == 400
    assert "place_outside_zone" in r.content.decode()
    assert not Incident.objects.exists()


def test_an_impossible_moment_is_refused_with_what_to_do(browse: Browse, dispatcher: User) -> None:
    r = browse(dispatcher).post(NEW, told(cic_received_at="2026-03-29T12:00"))

    assert r.status_code == 400
    assert "invalid_input" in r.content.decode()
    assert not Incident.objects.exists()


def test_script_in_the_words_is_shown_as_text(browse: Browse, dispatcher: User) -> None:
    client = browse(dispatcher)
    page = client.post(NEW, told(words="<script>alert(1)</script> 🙂"), follow=True).content.decode()

    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 🙂" in page


def test_running_incidents_nearby_are_offered(browse: Browse, dispatcher: User, take: Take) -> None:
    running = take()
    r = browse(dispatcher).get(reverse("incidents:duplicates"), told())

    assert running.reference in r.content.decode()
    assert reverse("incidents:attach", args=[running.pk]) in r.content.decode()


def test_half_a_form_is_enough_to_look_around(browse: Browse, dispatcher: User) -> None:
    r = browse(dispatcher).get(reverse("incidents:duplicates"), {"type": "?", "lat": "x"})

    assert r.status_code == 200


def test_a_call_is_added_to_a_running_incident(browse: Browse, dispatcher: User, incident: Incident) -> None:
    r = browse(dispatcher).post(reverse("incidents:attach", args=[incident.pk]), told())

    assert r.status_code == 302
    assert incident.calls.count() == 2
    assert Incident.objects.count() == 1


def test_a_call_is_not_added_to_what_is_over(browse: Browse, dispatcher: User, incident: Incident) -> None:
    client = browse(dispatcher)
    client.post(reverse("incidents:cancel", args=[incident.pk]), {"because": "called_off"})
    r = client.post(reverse("incidents:attach", args=[incident.pk]), told())

    assert r.status_code == 409
    assert incident.calls.count() == 1


def test_words_suggest_types(browse: Browse, dispatcher: User) -> None:
    r = browse(dispatcher).get(reverse("incidents:types"), {"q": "luide muziek bij de buren"})

    assert "ORD-106" in r.content.decode()


@pytest.mark.parametrize("name", ["new", "types", "duplicates"])
def test_who_may_not_take_calls_is_refused(browse: Browse, policy_maker: User, name: str) -> None:
    assert browse(policy_maker).get(reverse(f"incidents:{name}")).status_code == 403


def test_nobody_gets_in_without_signing_in(client: Any) -> None:
    r = client.get(NEW)

    assert (r.status_code, r["Location"].split("?")[0]) == (302, reverse("desk:login"))
