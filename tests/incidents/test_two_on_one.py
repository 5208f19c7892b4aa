"""Two people on one incident: who is there, and what the second is told who was too slow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect
from pytest_django import DjangoAssertNumQueries

from carma.accounts.models import User
from carma.actionfields.models import Priority
from carma.audit.models import Entry
from carma.events.models import Event
from carma.incidents import actions, presence
from carma.incidents.models import Incident, Presence
from tests.browser import BrowserPage, axe
from tests.cast import Login, Member

Counted = DjangoAssertNumQueries
Browse = Callable[[User], Client]
Traveller = time_machine.Traveller
HTMX = {"HX-Request": "true"}


@pytest.fixture
def an(member: Member) -> User:
    person = member("an", "dispatcher")
    person.first_name, person.last_name = "An", "Peeters"
    person.save(update_fields=["first_name", "last_name"])
    return person


def say(browse: Browse, who: User, incident: Incident, **told: str) -> str:
    r = browse(who).post(reverse("incidents:presence", args=[incident.pk]), told)
    assert r.status_code in (200, 204)
    return r.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestPresence:
    def test_each_sees_the_other_and_what_they_fill_in(
        self, browse: Browse, dispatcher: User, an: User, incident: Incident
    ) -> None:
        assert "present-none" in say(browse, an, incident, verb="priority")
        html = say(browse, dispatcher, incident)

        assert "An Peeters" in html
        assert "data-typing" in html
        assert "dispatcher" not in html, "oneself is no news"
        assert "data-typing" not in say(browse, an, incident)

    def test_it_expires_by_itself_and_ends_when_the_page_goes(
        self, browse: Browse, dispatcher: User, an: User, incident: Incident, clock: Traveller
    ) -> None:
        say(browse, an, incident)
        clock.shift(timedelta(seconds=31))
        assert "An Peeters" not in say(browse, dispatcher, incident)
        assert Presence.objects.count() == 1, "what expired is gone with the next word of anybody"
        say(browse, an, incident)
        assert say(browse, an, incident, leave="1") == ""
        assert "An Peeters" not in say(browse, dispatcher, incident)

    def test_it_is_one_row_and_leaves_no_trace(
        self, browse: Browse, an: User, incident: Incident, clock: Traveller
    ) -> None:
        before = (Entry.objects.count(), Event.objects.count())
        for _ in range(3):
            say(browse, an, incident)
            clock.shift(timedelta(seconds=4))
        assert Presence.objects.count() == 1
        assert (Entry.objects.count(), Event.objects.count()) == before
        with connection.cursor() as cursor:
            cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'incidents_presence'")
            assert cursor.fetchone() == ("u",)

    def test_only_those_who_may_see_the_incident(
        self, browse: Browse, outsider: User, policy_maker: User, incident: Incident
    ) -> None:
        address = reverse("incidents:presence", args=[incident.pk])
        assert browse(outsider).post(address).status_code == 404
        assert browse(policy_maker).post(address).status_code == 403
        assert not Presence.objects.exists()

    def test_a_word_it_does_not_know_is_not_repeated(
        self, browse: Browse, dispatcher: User, an: User, incident: Incident
    ) -> None:
        say(browse, an, incident, verb="<script>")
        html = say(browse, dispatcher, incident)
        assert ("script" in html, "data-typing" in html) == (False, True)

    def test_it_is_cheap(
        self,
        an: User,
        dispatcher: User,
        incident: Incident,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(2):
            presence.say(incident.pk, by=an)
            presence.others(incident.pk, than=dispatcher)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
class TestStale:
    def test_the_one_who_was_too_slow_is_told_what_changed(
        self, browse: Browse, dispatcher: User, an: User, incident: Incident
    ) -> None:
        dispatcher.language = "en"
        dispatcher.save(update_fields=["language"])
        actions.add_note(incident, "Beller is terug", by=dispatcher)
        actions.queue(incident, by=an)
        actions.reprioritise(incident, Priority.objects.get(code=1), by=an)
        address = reverse("incidents:priority", args=[incident.pk])
        r = browse(dispatcher).post(address, {"priority": "4", "version": "1"}, headers=HTMX)

        html = r.content.decode()
        assert r.status_code == 412
        assert html.count("<li>") == 2, "the note changed no field"
        assert "An Peeters" in html
        with translation.override("en"):
            assert str(Priority.objects.get(code=1)) in html
        assert "Queued" in html

    def test_the_api_tells_it_field_by_field(
        self, api: Login, dispatcher: User, an: User, incident: Incident
    ) -> None:
        actions.reprioritise(incident, Priority.objects.get(code=1), by=an)
        r = api(dispatcher).post(
            f"/api/v1/incidents/{incident.pk}/reprioritise/", {"priority": 4, "version": 1}
        )

        (change,) = r.json()["changed"]
        assert (r.status_code, change["by"], change["action"]) == (
            412,
            "An Peeters",
            "incident.reprioritised",
        )
        assert change["fields"] == {"priority": ["3", "1"], "urgent": [False, True]}


@pytest.mark.journey
@pytest.mark.usefixtures("committed")
def test_two_dispatchers_see_each_other_at_work(
    browser_page: BrowserPage, dispatcher: User, an: User, incident: Incident
) -> None:
    path = f"/incidents/{incident.pk}/"
    first = browser_page(dispatcher, path)
    expect(first.locator(".present-none")).to_be_visible()
    second = browser_page(an, path)
    expect(second.locator("#presence")).to_contain_text("dispatcher")
    second.keyboard.press("p")
    expect(first.locator(".present[data-typing]")).to_contain_text("An Peeters", timeout=12_000)
    assert axe(first) == []
    second.keyboard.press("Escape")
    second.goto("/incidents/")
    expect(first.locator(".present-none")).to_be_visible(timeout=12_000)

    first.keyboard.press("p")
    first.select_option("#priority-priority", "4")
    actions.reprioritise(Incident.objects.get(), Priority.objects.get(code=2), by=an)
    first.keyboard.press("Control+Enter")
    expect(first.locator("#verb-priority .refusal-changes")).to_contain_text("An Peeters")
    assert axe(first) == []
    first.complaints.clear()  # type: ignore[attr-defined]  # the browser notes the refusal
