from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.incidents.models import Incident
from interventions import actions as dispatch
from interventions.models import Assignment
from tests.cast import Browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]


def url(name: str, incident: Incident) -> str:
    return reverse(f"incidents:{name}", args=[incident.pk])


VERBS = {
    "priority": {"priority": "2"},
    "type": {"type": "CRI-106"},
    "queue": {},
    "cancel": {"because": "called_off"},
    "notes": {"text": "Beller belde terug"},
}


def test_opening_an_incident_is_recorded(browse: Browse, dispatcher: User, incident: Incident) -> None:
    r = browse(dispatcher).get(url("incident", incident))

    assert r.status_code == 200
    entry = Entry.objects.get(action="incident.read")
    assert (entry.actor, entry.subject_id) == (dispatcher, str(incident.pk))


def test_the_page_costs_few_queries(
    browse: Browse, dispatcher: User, assignment: Assignment, django_assert_max_num_queries: Any
) -> None:
    client = browse(dispatcher)
    client.get(url("incident", assignment.incident))

    with django_assert_max_num_queries(28):
        client.get(url("incident", assignment.incident))


def test_the_timeline_tells_what_happened_and_what_was_told_late(
    browse: Browse, dispatcher: User, assignment: Assignment, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(minutes=20))
    at = time_now.now() - timedelta(minutes=10)
    dispatch.arrive(assignment, by=dispatcher, at=at, reason="Radio viel uit")
    page = browse(dispatcher).get(url("timeline", assignment.incident)).content.decode()

    assert page.count("<strong>GK12: ") == 2
    assert page.count("<li>") == 4  # with the call and its type: what the teams do is told once
    assert "Radio viel uit" in page
    assert f'datetime="{time_now.local(at).isoformat(timespec="seconds")}"' in page
    assert 'class="heard"' in page


@pytest.mark.parametrize(("verb", "body"), VERBS.items())
def test_a_verb_works_once_it_is_allowed(
    browse: Browse, dispatcher: User, incident: Incident, verb: str, body: dict[str, str]
) -> None:
    r = browse(dispatcher).post(f"/incidents/{incident.pk}/{verb}/", body)

    assert (r.status_code, r["Location"]) == (302, url("incident", incident))
    assert Entry.objects.filter(subject_id=str(incident.pk), actor=dispatcher).count() == 2


@pytest.mark.parametrize(("verb", "body"), VERBS.items())
def test_a_verb_answers_the_head_to_htmx(
    browse: Browse, dispatcher: User, incident: Incident, verb: str, body: dict[str, str]
) -> None:
    r = browse(dispatcher).post(f"/incidents/{incident.pk}/{verb}/", body, headers={"HX-Request": "true"})

    assert r.status_code == 200
    part = '<form id="note"' if verb == "notes" else '<section id="incident-head"'
    assert r.content.decode().lstrip().startswith(part)
    assert "carma:toast" in r["HX-Trigger"]


WRONG = {
    "priority": {"priority": "7", "reason": "te laag"},
    "type": {"type": "XYZ-999", "reason": "te laag"},
    "cancel": {"because": "boredom", "reason": "te laag"},
    "notes": {"text": "te laag" * 2000},
}


@pytest.mark.parametrize(("verb", "body"), WRONG.items())
def test_a_wrong_form_comes_back_in_its_own_place_with_what_was_typed(
    browse: Browse, dispatcher: User, incident: Incident, verb: str, body: dict[str, str]
) -> None:
    address = f"/incidents/{incident.pk}/{verb}/"
    r = browse(dispatcher).post(address, body, headers={"HX-Request": "true"})
    page = browse(dispatcher).post(address, body)

    assert (r.status_code, page.status_code) == (422, 422)
    assert r["HX-Retarget"] == ("#note" if verb == "notes" else f"#verb-{verb}")
    for answer in (r.content.decode(), page.content.decode()):
        assert 'aria-invalid="true"' in answer
        assert "field-error" in answer
        assert "te laag" in answer
    assert "<h1" in page.content.decode()


def test_a_number_nobody_knows_is_told(browse: Browse, dispatcher: User, incident: Incident) -> None:
    r = browse(dispatcher).post(f"/incidents/{incident.pk}/merge/", {"into": "2026-999999"})

    assert r.status_code == 400
    assert "2026-999999" in r.content.decode()


def test_a_received_incident_is_qualified_with_what_is_known_of_it(
    browse: Browse, dispatcher: User, take: Take
) -> None:
    received = take("", words="Er is iets gebeurd")
    page = browse(dispatcher).get(url("incident", received)).content.decode()
    assert 'value="Stationsstraat 12, Genk"' in page
    assert 'value="50.9678"' in page
    body = {
        "type": "ord-106",
        "place": received.place,
        "lat": received.lat,
        "lon": received.lon,
        "version": 1,
    }
    r = browse(dispatcher).post(f"/incidents/{received.pk}/qualify/", {**body, "priority": "1"})

    assert r.status_code == 302
    received.refresh_from_db()
    assert (received.status, received.type_id, received.priority_id) == ("qualified", "ORD-106", 1)
    assert received.sector == "GENK"


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_not_know_of_it_gets_404(
    browse: Browse, member: Callable[..., User], incident: Incident, verb: str
) -> None:
    elsewhere = member("elsewhere", "dispatcher", municipalities=["72004"])
    elsewhere.groups.get().permissions.remove(
        *elsewhere.groups.get().permissions.filter(codename="view_every_incident")
    )

    assert browse(elsewhere).post(f"/incidents/{incident.pk}/{verb}/", VERBS[verb]).status_code == 404


@pytest.mark.parametrize("name", ["incident", "head", "timeline"])
def test_an_outsider_does_not_learn_it_exists(
    browse: Browse, outsider: User, incident: Incident, name: str
) -> None:
    assert browse(outsider).get(url(name, incident)).status_code == 404


@pytest.mark.parametrize("verb", VERBS)
def test_the_role_without_the_verb_is_refused(
    browse: Browse, policy_maker: User, incident: Incident, verb: str
) -> None:
    assert browse(policy_maker).post(f"/incidents/{incident.pk}/{verb}/", VERBS[verb]).status_code == 403


def test_words_of_a_call_and_of_a_note_are_shown_as_text(
    browse: Browse, dispatcher: User, take: Take
) -> None:
    told = take(
        words="<img src=x onerror=alert(1)> 🙂", caller_name="<b>Nele</b>", caller_phone="089/11.22.33"
    )
    client = browse(dispatcher)
    client.post(url("note", told), {"text": "<script>alert(2)</script>"})
    page = client.get(url("incident", told)).content.decode()

    assert page.count("&lt;img src=x onerror=alert(1)&gt; 🙂") == 2
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page
    assert "<img src=x" not in page and "<b>Nele" not in page
    assert 'href="tel:089112233"' in page


def test_a_long_timeline_is_told_by_day(
    browse: Browse, dispatcher: User, incident: Incident, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=2))
    client = browse(dispatcher)
    client.post(url("note", incident), {"text": "Twee dagen later"})
    page = client.get(url("timeline", incident)).content.decode()

    assert page.count('class="story-day"') == 2
    assert page.index("Twee dagen later") < page.rindex('class="story-day"')


def test_a_change_tells_what_was_and_what_is(browse: Browse, dispatcher: User, incident: Incident) -> None:
    client = browse(dispatcher)
    client.post(url("type", incident), {"type": "CRI-106"})
    client.post(url("priority", incident), {"priority": "1"})
    page = client.get(url("timeline", incident)).content.decode()

    assert "ORD-106 Geluidshinder of nachtlawaai → CRI-106" in page
    assert "3 Routine (zelfde dienst) → 1 Zeer dringend" in page


def test_a_stale_form_is_refused_and_overwrites_nothing(
    browse: Browse, dispatcher: User, incident: Incident
) -> None:
    client = browse(dispatcher)
    client.post(url("priority", incident), {"priority": "2", "version": "1"})
    r = client.post(url("priority", incident), {"priority": "4", "version": "1"})

    assert r.status_code == 412
    incident.refresh_from_db()
    assert incident.priority_id == 2


def test_an_unchanged_fragment_is_not_sent_again(
    browse: Browse, dispatcher: User, incident: Incident
) -> None:
    client = browse(dispatcher)
    etag = client.get(url("head", incident))["ETag"]

    assert client.get(url("head", incident), headers={"If-None-Match": etag}).status_code == 304


def test_the_newest_incidents_are_those_one_may_see(
    browse: Browse, dispatcher: User, wijkinspecteur: User, incident: Incident
) -> None:
    recent = reverse("incidents:recent")

    assert incident.reference in browse(dispatcher).get(recent).content.decode()
    assert incident.reference not in browse(wijkinspecteur).get(recent).content.decode()
