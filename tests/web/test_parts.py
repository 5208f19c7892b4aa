"""Several live parts asked for at once: each answers as it would by itself, to this person."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from carma.accounts.models import User
from carma.audit.models import Entry
from carma.incidents.models import Incident
from tests.cast import Browse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
QUEUE, TEAMS = reverse("interventions:queue"), reverse("interventions:teams")


def ask(client: Client, *parts: str, etags: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    told = [pair for n, part in enumerate(parts) for pair in (("part", part), ("etag", (*etags, *parts)[n]))]
    answers: list[dict[str, Any]] = client.get(f"/parts/?{urlencode(told)}").json()["parts"]
    return answers


def test_each_answers_as_by_itself_and_is_left_alone_when_nothing_changed(
    browse: Browse, dispatcher: User, incident: Incident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = browse(dispatcher)
    queue, teams = ask(client, QUEUE, TEAMS)
    assert (queue["status"], teams["status"]) == (200, 200)
    assert queue["html"] == client.get(QUEUE).content.decode()
    assert incident.reference in queue["html"]

    with django_assert_num_queries(8):  # session, user and feed once, then what each part looks up
        again = ask(client, QUEUE, TEAMS, etags=(queue["etag"], teams["etag"]))
    assert [(one["status"], one["html"]) for one in again] == [(304, ""), (304, "")]


def test_what_one_may_not_see_stays_unseen_and_the_others_come(
    browse: Browse, wijkinspecteur: User, policy_maker: User, incident: Incident
) -> None:
    head = reverse("incidents:head", args=[incident.pk])
    elsewhere = reverse("incidents:head", args=[uuid4()])
    theirs = ask(browse(wijkinspecteur), head, elsewhere, "/no/such/page/", "/parts/", QUEUE)
    assert [one["status"] for one in theirs] == [404, 404, 404, 404, 200]
    assert incident.reference not in theirs[4]["html"]
    assert [one["status"] for one in ask(browse(policy_maker), QUEUE)] == [403]


def test_reading_a_part_with_others_is_recorded_as_by_itself(
    browse: Browse, dispatcher: User, incident: Incident
) -> None:
    ask(browse(dispatcher), reverse("incidents:head", args=[incident.pk]), QUEUE)

    assert Entry.objects.filter(action="incident.read", subject_id=str(incident.pk)).count() == 1


def test_nobody_is_told_to_sign_in_again_as_by_itself(client: Client) -> None:
    assert client.get(f"/parts/?part={QUEUE}&etag=", headers={"HX-Request": "true"}).status_code == 401
