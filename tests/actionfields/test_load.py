from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model
from django.utils import translation

from carma.actionfields.load import load, rows
from carma.actionfields.models import ActionField, IncidentType, Priority

pytestmark = pytest.mark.django_db


def _stored(model: type[Model]) -> list[dict[str, Any]]:
    return list(model._default_manager.order_by("pk").values())


def test_it_knows_the_missions_four_fields_and_what_counts_under_them() -> None:
    fields = dict(ActionField.objects.values_list("code", "counts_under"))

    assert {code for code, parent in fields.items() if parent is None} == {
        "criminaliteit",
        "openbare_orde",
        "verkeer",
        "bestuurlijke_tussenkomsten",
    }
    assert fields["hulp"] == "bestuurlijke_tussenkomsten"


def test_it_knows_the_five_belgian_priorities() -> None:
    assert list(Priority.objects.order_by("code").values_list("code", "urgent")) == [
        (0, True),
        (1, True),
        (2, True),
        (3, False),
        (4, False),
    ]
    assert Priority.objects.get(code=4).term("not_on_scene", "warn") is None


def test_it_knows_a_hundred_and_twenty_types() -> None:
    assert IncidentType.objects.count() == load() == 120
    for name in ("label_nl", "label_fr", "label_en", "synonyms", "group", "level", "sphere"):
        assert not IncidentType.objects.filter(**{name: ""}).exists(), name


def test_every_type_has_words_of_its_own() -> None:
    told = [row["code"] for row in rows("synonyms.csv")]

    assert told == [row["code"] for row in rows("incident_types.csv")]


def test_planned_work_is_marked() -> None:
    planned = set(IncidentType.objects.filter(is_planned=True).values_list("code", flat=True))

    assert planned == {"ORD-112", "ORD-114", "VKR-115", "VKR-116", "VKR-117"}


@pytest.mark.parametrize("model", [ActionField, Priority, IncidentType])
def test_a_second_time_changes_nothing(model: type[Model]) -> None:
    before = _stored(model)
    load()

    assert _stored(model) == before


def test_an_ended_type_stays_ended_and_an_edited_label_returns() -> None:
    IncidentType.objects.filter(code="CRI-213").update(valid_to="2026-01-31", label_nl="Iets anders")
    load()

    ended = IncidentType.objects.get(code="CRI-213")
    assert (str(ended.valid_to), ended.label_nl) == ("2026-01-31", "Fietsdiefstal")


@pytest.mark.parametrize(
    ("language", "label"),
    [("nl", "Fietsdiefstal"), ("fr-be", "Vol de vélo"), ("en", "Bicycle theft"), ("de", "Fietsdiefstal")],
)
def test_a_label_follows_the_language_of_the_reader(language: str, label: str) -> None:
    with translation.override(language):
        assert str(IncidentType.objects.get(code="CRI-213")) == label
