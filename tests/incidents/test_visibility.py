from __future__ import annotations

from collections.abc import Callable

import pytest

from carma.accounts.models import User
from carma.incidents.models import Call, Incident
from carma.registry import user_topics

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]


def test_dispatch_sees_every_incident_and_hears_of_it(incident: Incident, dispatcher: User) -> None:
    assert list(Incident.objects.visible_to(dispatcher)) == [incident]
    assert "incident:*" in user_topics(dispatcher)


def test_a_section_sees_its_own_municipalities(incident: Incident, wijkinspecteur: User) -> None:
    assert not Incident.objects.visible_to(wijkinspecteur).exists()
    assert not Call.objects.visible_to(wijkinspecteur).exists()
    assert {topic for topic in user_topics(wijkinspecteur) if "incident" in topic} == {"incident:72004"}


def test_nobody_sees_anything_without_a_role(incident: Incident, member: Callable[..., User]) -> None:
    stranger = member("stranger", municipalities=["71016"])

    assert not Incident.objects.visible_to(stranger).exists()
    assert user_topics(stranger) == set()


def test_a_superuser_without_role_sees_nothing(incident: Incident, member: Callable[..., User]) -> None:
    root = member("root")
    root.is_superuser = root.is_staff = True
    root.save(update_fields=["is_superuser", "is_staff"])

    assert not Incident.objects.visible_to(User.objects.get(pk=root.pk)).exists()


@pytest.mark.parametrize(
    "words", ["2026-000001", "2026 1", "lawaai", "Stationsstraat", "089/00.01.02", '"harde muziek"']
)
def test_it_is_found_by_number_words_place_and_phone(take: Take, dispatcher: User, words: str) -> None:
    found = take(words="harde muziek, lawaai", caller_phone="089 00 01 02")
    take(words="iets anders", place=None)

    assert list(Incident.objects.visible_to(dispatcher).search(words)) == [found]


@pytest.mark.parametrize("words", ["", "'", '"', "& | ! ( )", ":*", "\\", "a" * 10_000, "🙂", "<script>"])
def test_odd_words_find_nothing_and_break_nothing(incident: Incident, dispatcher: User, words: str) -> None:
    assert list(Incident.objects.visible_to(dispatcher).search(words)) == []
