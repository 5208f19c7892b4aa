from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from carma.accounts.models import User
from carma.audit.models import Entry
from carma.incidents.models import Incident
from tests.cast import Browse

Take = Callable[..., Incident]


def test_it_finds_words_and_records_what_it_showed(browse: Browse, dispatcher: User, take: Take) -> None:
    found = take(words="Luide muziek in de tuin")
    take(words="Aanrijding zonder gewonden")
    page = browse(dispatcher).get("/search/", {"q": "muziek"}).content.decode()

    assert page.count('id="found-') == 1
    assert found.reference in page
    entry = Entry.objects.get(action="incident.found")
    assert (entry.actor, entry.subject_id) == (dispatcher, str(found.pk))
    assert (entry.changes, entry.purpose) == ({"terms": "muziek"}, "search")


def test_a_number_leads_to_its_incident(browse: Browse, dispatcher: User, incident: Incident) -> None:
    year, number = incident.reference.split("-")
    for typed in (incident.reference, f"{year}/{int(number)}", f" {year} {number} "):
        assert browse(dispatcher).get("/search/", {"q": typed})["Location"] == f"/incidents/{incident.pk}/"


def test_the_caller_s_phone_finds_the_incident(browse: Browse, dispatcher: User, take: Take) -> None:
    found = take(words="Luide muziek", caller_phone="0470 12 34 56")
    page = browse(dispatcher).get("/search/", {"q": "0470/12.34.56"}).content.decode()

    assert found.reference in page


def test_what_one_may_not_know_is_not_found(browse: Browse, wijkinspecteur: User, take: Take) -> None:
    hidden = take(words="Luide muziek in de tuin")
    by_words = browse(wijkinspecteur).get("/search/", {"q": "muziek"}).content.decode()
    by_number = browse(wijkinspecteur).get("/search/", {"q": hidden.reference}).content.decode()

    assert hidden.reference not in by_words
    assert 'id="found-' not in by_number
    assert not Entry.objects.filter(action="incident.found").exists()


def test_a_search_that_finds_nothing_is_recorded_too(browse: Browse, dispatcher: User) -> None:
    browse(dispatcher).get("/search/", {"q": "Janssens"})

    entry = Entry.objects.get(action="incident.searched")
    assert entry.changes == {"terms": "Janssens", "found": 0}


def test_a_role_without_incidents_can_not_search(browse: Browse, policy_maker: User) -> None:
    assert browse(policy_maker).get("/search/", {"q": "muziek"}).status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "'", "\0", "((", "a" * 5000, "é" * 300, "2026-", "'; --", ":*"])
def test_any_text_may_be_typed(browse: Browse, dispatcher: User, text: str) -> None:
    assert browse(dispatcher).get("/search/", {"q": text}).status_code == 200


def test_many_hits_cost_as_many_queries_as_one(
    browse: Browse, dispatcher: User, take: Take, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        take(words="Luide muziek in de tuin")
    client = browse(dispatcher)
    client.get("/profile/")
    with django_assert_num_queries(6):
        client.get("/search/", {"q": "muziek"})
