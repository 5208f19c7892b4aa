from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from carma.actionfields import load
from interventions.simulation import people, words
from interventions.simulation.arrivals import Arrivals
from interventions.simulation.dice import seeded
from interventions.simulation.mix import Mix, kinds
from interventions.simulation.places import Places, Spot
from interventions.simulation.story import Ending, SecondCall, Story, Storyteller
from tests.interventions.simulation.test_arrivals import MONDAY

GENK, AS, BREE = "71016", "71002", "72004"
POPULATION = {GENK: 66_447, AS: 8_236, BREE: 16_169}


@pytest.fixture(scope="module")
def places() -> Places:
    spots = [
        Spot(f"Demostraat {number}", 50.9 + number / 1000, 5.5, nis)
        for nis in POPULATION
        for number in range(50)
    ]
    return Places(spots, POPULATION)


@pytest.fixture(scope="module")
def heard(places: Places) -> list[Story | SecondCall]:
    types = {row["code"]: int(row["default_priority"]) for row in load.rows("incident_types.csv")}
    teller = Storyteller(Mix(types), places, seed=4)
    calls: list[Story | SecondCall] = []
    recent: list[Story] = []
    for moment in Arrivals(seed=4).between(MONDAY, MONDAY + timedelta(weeks=12)):
        told = teller.hear(moment, recent[-6:])
        calls.append(told)
        if isinstance(told, Story):
            recent.append(told)
    return calls


@pytest.fixture(scope="module")
def stories(heard: list[Story | SecondCall]) -> list[Story]:
    return [told for told in heard if isinstance(told, Story)]


def test_twelve_weeks_at_rate_1_give_some_eleven_thousand_calls(heard: list[Story | SecondCall]) -> None:
    assert len(heard) == pytest.approx(130 * 84, rel=0.03)


def test_a_few_calls_are_about_what_was_told_already(heard: list[Story | SecondCall]) -> None:
    second = [told for told in heard if isinstance(told, SecondCall)]

    assert 0.01 < len(second) / len(heard) < 0.06
    assert all(told.received_at - told.story.received_at < timedelta(minutes=15) for told in second)


def test_the_urgent_get_a_team_and_most_of_the_rest_is_settled_by_phone(stories: list[Story]) -> None:
    endings = Counter((story.matter.priority, story.ending) for story in stories)
    total: Counter[int] = Counter(story.matter.priority for story in stories)

    assert endings[1, Ending.TEAM] > 0.9 * total[1]
    assert endings[4, Ending.BY_PHONE] > 0.6 * total[4]
    assert 60 < sum(story.ending is Ending.TEAM for story in stories) / 84 < 100


def test_an_own_observation_has_no_caller(stories: list[Story]) -> None:
    own = [story for story in stories if story.matter.is_own]

    assert own
    assert {(story.caller.name, story.caller.phone, story.ending) for story in own} == {("", "", Ending.TEAM)}


def test_the_same_seed_and_moment_tell_the_same_story(places: Places, stories: list[Story]) -> None:
    types = {row["code"]: int(row["default_priority"]) for row in load.rows("incident_types.csv")}
    again = Storyteller(Mix(types), places, seed=4)
    other = Storyteller(Mix(types), places, seed=5)

    assert [again.hear(story.received_at, []) for story in stories[:40]] == stories[:40]
    assert [other.hear(story.received_at, []) for story in stories[:40]] != stories[:40]


def test_every_type_that_can_come_in_has_words_in_three_languages() -> None:
    dice = seeded("words")
    for kind in kinds():
        for spoken in words.LANGUAGES:
            text = words.first_call(dice, kind.type_code, spoken)
            assert text and "{" not in text
            assert text[0] == text[0].upper()


def test_callers_are_invented_and_their_numbers_are_nobody_s() -> None:
    dice = seeded("people")
    numbers = [people.phone(dice) for _ in range(500)]

    assert all(re.fullmatch(r"\+32 400 00 \d\d \d\d", number) for number in numbers)
    assert all(people.surname(dice).endswith(people.BACK) for _ in range(500))


def test_places_follow_population_and_the_kind_of_area(places: Places) -> None:
    dice = seeded("places")
    nightlife = Counter(places.draw(dice, "ORD-109").nis for _ in range(5000))
    burglary = Counter(places.draw(dice, "CRI-205").nis for _ in range(5000))

    assert burglary[GENK] / 5000 == pytest.approx(66_447 / 90_852, abs=0.03)
    assert nightlife[GENK] > burglary[GENK]
    assert nightlife[AS] < burglary[AS]


def test_some_addresses_call_more_often(places: Places) -> None:
    dice = seeded("repeat")
    found = Counter(places.draw(dice, "HLP-108").label for _ in range(3000))

    assert found.most_common(1)[0][1] > 5 * 3000 / 50 / 2
