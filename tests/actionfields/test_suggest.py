from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from carma.actionfields.models import IncidentType
from carma.actionfields.suggest import known_types, types_for
from carma.actionfields.wording import terms
from interventions.simulation import dice, reference, words

pytestmark = pytest.mark.django_db

with (Path(__file__).parent / "call_texts.csv").open(encoding="utf-8", newline="") as file:
    CALLS = list(csv.DictReader(file))
DAY = date(2026, 3, 28)


@pytest.fixture(autouse=True)
def _fresh_types() -> Iterator[None]:
    """A test that changes a type leaves nothing behind in the process."""
    known_types.cache_clear()
    yield
    known_types.cache_clear()


def codes(text: str, *, limit: int = 5) -> list[str]:
    return [type.code for type in types_for(text, limit=limit, on=DAY)]


def shares(calls: list[tuple[str, str]]) -> tuple[float, float]:
    """Of how many calls the type comes first, and comes among the first three."""
    ranked = [(code, codes(text, limit=3)) for text, code in calls]
    first = sum(found[:1] == [code] for code, found in ranked)
    return first / len(calls), sum(code in found for code, found in ranked) / len(calls)


@pytest.fixture
def show(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Write a line of figures past pytest's capture."""

    def write(line: str) -> None:
        with capsys.disabled():
            request.config.get_terminal_writer().line(f"\n{line}")

    return write


@pytest.mark.parametrize(
    ("part", "language"), [("tuned", ""), ("held_out", ""), ("", "nl"), ("", "fr"), ("", "en")]
)
def test_most_calls_find_their_type(show: Callable[[str], None], part: str, language: str) -> None:
    """The texts were written before the synonyms, and nothing was adapted to the held-out ones.

    But one hand wrote both, so these figures flatter; the test below is the sterner one.
    """
    calls = [
        (call["words"], call["code"])
        for call in CALLS
        if part in ("", call["part"]) and language in ("", call["language"])
    ]
    first, among = shares(calls)
    show(f"{part}{language}: {len(calls)} calls, first {first:.1%}, among three {among:.1%}")

    assert first >= 0.75
    assert among >= 0.92


def test_so_do_calls_that_somebody_else_wrote(show: Callable[[str], None]) -> None:
    """The simulator's callers; to a quarter of what they say no synonym was adapted."""
    seeded = dice.seeded("suggestions")
    calls = [
        (words.first_call(seeded, code, "nl"), code) for code in reference.words()["types"] for _ in "123"
    ]
    first, among = shares(calls)
    show(f"simulator: {len(calls)} calls, first {first:.1%}, among three {among:.1%}")

    assert first >= 0.75
    assert among >= 0.9


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("vecht", "ORD-101"),
        ("er is een vechtpar", "ORD-101"),
        ("gelui", "ORD-106"),
        ("spookri", "VKR-109"),
        ("cambrio", "CRI-205"),
        ("phish", "CRI-303"),
        ("mijn fiets is gesto", "CRI-213"),
    ],
)
def test_a_half_typed_word_suffices(typed: str, code: str) -> None:
    assert code in codes(typed, limit=3)


@pytest.mark.parametrize(
    ("mistyped", "code"),
    [
        ("vechtpratij", "ORD-101"),
        ("dronkn man op straat", "ORD-108"),
        ("vluchtmisdijf", "VKR-107"),
        ("fietsdifstal", "CRI-213"),
        ("harcelment par mon ex", "CRI-117"),
        ("burglery", "CRI-205"),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(mistyped: str, code: str) -> None:
    assert code in codes(mistyped, limit=3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("inbraak in woning, ze zijn nu bezig", "CRI-204"),
        ("inbraak in huis, nog binnen", "CRI-204"),
        ("inbraak in woning, deze nacht gebeurd", "CRI-205"),
        ("slagen en verwondingen aan de gang", "CRI-105"),
        ("slagen gekregen, gisteren", "CRI-106"),
        ("inbraak bij een bedrijf, nu bezig, nog binnen", "CRI-207"),
        ("inbraak bij een bedrijf vannacht", "CRI-208"),
        ("cambriolage en cours", "CRI-204"),
        ("cambriolage cette nuit", "CRI-205"),
        ("burglar still inside the house", "CRI-204"),
    ],
)
def test_what_goes_on_now_is_told_from_what_is_over(text: str, code: str) -> None:
    assert codes(text)[0] == code


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("aanrijding op parking, geen gewonden", "VKR-103"),
        ("accrochage, pas de blessés", "VKR-103"),
        ("collision, no injuries", "VKR-103"),
        ("ruzie tussen koppel, geen slagen of bedreigingen", "CRI-118"),
        ("dispute de couple sans menaces", "CRI-118"),
    ],
)
def test_what_is_denied_is_not_suggested_first(text: str, denied: str) -> None:
    assert codes(text)[0] != denied


def test_a_denial_reaches_one_word_far() -> None:
    assert terms("Geen gewonden, wel blikschade") == ["!gewonden", "wel", "blikschade"]
    assert terms("geen wapens of gewonden") == ["!wapens", "!gewonden"]
    assert terms("accrochage, pas de blessés") == ["accrochage", "!blesses"]


def test_planned_work_is_offered_only_by_name() -> None:
    assert "VKR-116" not in codes("ze rijden hier veel te snel, snelheid is waanzin")
    assert "VKR-116" in codes("snelheidscontrole op de grote baan")
    assert "VKR-115" not in codes("dronken bestuurder onder invloed van alcohol")
    assert codes("VKR-115")[0] == "VKR-115"


def test_an_ended_type_is_offered_only_by_its_code() -> None:
    IncidentType.objects.filter(code="CRI-213").update(valid_to=DAY)

    assert "CRI-213" not in codes("mijn fiets is gestolen")
    assert codes("CRI-213") == ["CRI-213"]
    assert "CRI-213" in [type.code for type in types_for("fiets gestolen", on=date(2026, 3, 27))]


def test_a_type_that_is_yet_to_come_is_not_offered() -> None:
    IncidentType.objects.filter(code="CRI-213").update(valid_from=date(2026, 3, 29))

    assert "CRI-213" not in codes("mijn fiets is gestolen")


def test_a_changed_synonym_counts_from_the_next_minute(clock: Traveller) -> None:
    assert codes("een floepermans") == []

    IncidentType.objects.filter(code="CRI-213").update(synonyms="floepermans")
    clock.shift(timedelta(minutes=1))
    assert codes("een floepermans") == ["CRI-213"]


@pytest.mark.parametrize("nothing", ["", " ", "?!", "de het een", "😀", "geen", "'", "::*", "\x00"])
def test_nothing_is_suggested_for_nothing(nothing: str) -> None:
    assert codes(nothing) == []


@pytest.mark.parametrize(
    "text",
    [
        "inbraak' & !(",
        "inbraak:* | <->",
        "inbraak\\",
        'inbraak" OR "1"="1',
        "inbraak 🚓🚓",
        "inbraak; --",
        "%inbraak_",
    ],
)
def test_signs_of_a_query_language_mean_nothing(text: str) -> None:
    assert codes(text)[0] in {"CRI-204", "CRI-205"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=300), st.text("abeinor'\"&|!:*() 😀\n", max_size=300)))
def test_whatever_is_typed_the_answer_is_the_same_twice(text: str) -> None:
    found = codes(text, limit=3)

    assert len(found) == len(set(found)) <= 3
    assert codes(text, limit=3) == found


def test_no_more_than_forty_words_count() -> None:
    assert codes("zzz " * 39 + "moord ")[0] == "CRI-101"
    assert codes("zzz " * 40 + "moord ") == []
    assert codes("inbraak " * 10_000) == codes("inbraak ")
    assert codes("x" * 10_000) == []


def test_it_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries, clock: Traveller) -> None:
    types_for("inbraak")

    with django_assert_num_queries(1):
        found = types_for("inbraak bij de buren, ze zijn nog binnen")
        assert found[0].label
        assert found[0].default_priority.urgent
