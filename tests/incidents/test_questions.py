"""What to ask the caller by type, and where the answers go."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from carma.accounts.models import User
from carma.actionfields.load import load, rows
from carma.actionfields.models import IncidentType, Priority, Question
from carma.incidents.models import Call, Incident
from tests.cast import GENK, Browse, Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
NEW, QUESTIONS = reverse("incidents:new"), reverse("incidents:questions")


def script(code: str) -> list[Question]:
    return list(Question.objects.filter(type=code))


def told(answers: dict[str, str], **changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid.uuid4()),
        "channel": "zone",
        "words": "Inbrekers bij de buren",
        "type": "CRI-204 Woninginbraak op heterdaad",
        "place": GENK.label,
        "lat": GENK.lat,
        "lon": GENK.lon,
        **answers,
        **changes,
    }


def test_every_most_dangerous_type_has_a_script_in_three_languages() -> None:
    """But a disaster, for which there is the emergency plan."""
    without = IncidentType.objects.filter(default_priority=Priority.objects.get(code=0), questions=None)

    assert list(without.values_list("code", flat=True)) == ["BST-114"]
    for name in ("label_nl", "label_fr", "label_en"):
        assert all(row[name] for row in rows("questions.csv")), name


def test_loading_again_changes_nothing_and_drops_what_is_gone() -> None:
    before = list(Question.objects.values())
    Question.objects.create(type_id="BST-101", order=1, label_nl="Oud", label_fr="Vieux", label_en="Old")
    load()

    assert list(Question.objects.values()) == before


def test_they_are_shown_in_the_dispatchers_language(browse: Browse, dispatcher: User) -> None:
    page = browse(dispatcher).get(QUESTIONS, {"type": "CRI-204"}).content.decode()

    assert "Zijn de daders nog binnen? Hoeveel?" in page
    assert page.count("<input") == len(script("CRI-204")) == 6


def test_what_was_answered_stays_when_the_type_changes(browse: Browse, dispatcher: User) -> None:
    answered = script("CRI-204")[0]
    page = browse(dispatcher).get(QUESTIONS, {"type": "ORD-108", f"answer_{answered.pk}": "twee"})

    assert 'value="twee"' in page.content.decode()
    assert page.content.decode().count("<input") == 1 + len(script("ORD-108"))


def test_the_answers_stand_under_the_words(browse: Browse, dispatcher: User) -> None:
    first, second, third = script("CRI-204")[:3]
    answers = {
        f"answer_{first.pk}": "ja, twee",
        f"answer_{second.pk}": " ",
        f"answer_{third.pk}": "achterdeur",
    }
    with translation.override("nl"):
        browse(dispatcher).post(NEW, told(answers))
        expected = f"Inbrekers bij de buren\n{first.label} ja, twee\n{third.label} achterdeur"

    assert Incident.objects.get().description == Call.objects.get().words == expected


def test_sent_twice_it_is_one_call_without_a_note(browse: Browse, dispatcher: User) -> None:
    sent = told({f"answer_{script('CRI-204')[0].pk}": "ja"})
    client = browse(dispatcher)
    client.post(NEW, sent)
    client.post(NEW, sent)

    assert (Call.objects.count(), Incident.objects.get().notes.count()) == (1, 0)


def test_an_answer_too_many_is_refused_and_what_is_no_question_is_left_out(
    browse: Browse, dispatcher: User
) -> None:
    key = f"answer_{script('CRI-204')[0].pk}"
    r = browse(dispatcher).post(NEW, told({key: "ja"}, words="a" * 7990))
    assert r.status_code == 400
    assert not Incident.objects.exists()
    browse(dispatcher).post(NEW, told({"answer_999999": "x", "answer_x": "y", "answer_": "z"}))

    assert Incident.objects.get().description == "Inbrekers bij de buren"


def test_what_is_wrong_leaves_the_answers_standing(browse: Browse, dispatcher: User) -> None:
    sent = told({f"answer_{script('CRI-204')[0].pk}": "ja, drie"}, priority="7")

    assert 'value="ja, drie"' in browse(dispatcher).post(NEW, sent).content.decode()


def test_the_api_lists_them_by_type(api: Login, dispatcher: User, policy_maker: User) -> None:
    for user in (dispatcher, policy_maker):
        r = api(user).get("/api/v1/questions/", {"type": "CRI-204"})
        assert [row["order"] for row in r.json()["results"]] == [1, 2, 3, 4, 5, 6]


def test_who_may_not_take_calls_is_refused(browse: Browse, policy_maker: User) -> None:
    assert browse(policy_maker).get(QUESTIONS).status_code == 403
