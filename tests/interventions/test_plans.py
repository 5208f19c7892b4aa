"""What an incident asks for by its type and priority, and what of it is lacking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.utils import translation

from carma.actionfields.models import IncidentType, Priority
from carma.incidents.models import Incident
from interventions import plans
from interventions.models import ResponsePlan, Skill, Team
from interventions.plans import Need

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Take = Callable[..., Incident]


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    plans.forget()
    yield
    plans.forget()


def of(type_code: str, priority: int) -> Need:
    return plans.of(Incident(type_id=type_code, priority_id=priority))


def plan(about: str, priority: int | None, teams: int, *, since: str = "2025-01-01", **more: object) -> None:
    of_priority = None if priority is None else Priority.objects.get(code=priority)
    ResponsePlan.objects.create(
        about=about, priority=of_priority, teams=teams, valid_from=since, source="test", **more
    )


def test_most_incidents_ask_one_team() -> None:
    assert of("ORD-106", 3) == Need(1)


def test_what_says_most_counts() -> None:
    plan("CRI-2", None, 4)
    plan("CRI-2", 2, 5)
    plan("CRI-204", 2, 6, skills=["drone"])

    assert of("CRI-211", 3) == Need(4)
    assert of("CRI-211", 2) == Need(5)
    assert of("CRI-204", 2) == Need(6, ("drone",))
    assert of("CRI-204", 1) == Need(2, ("hond",)), "its own type's row before that of its group"


def test_a_plan_holds_from_its_day_until_its_end() -> None:
    plan("ORD-106", None, 3, since="2026-04-01")
    plan("ORD-109", None, 3, valid_to="2026-03-28")

    assert (of("ORD-106", 3), of("ORD-109", 3)) == (Need(1), Need(1))


def test_nothing_is_asked_while_nobody_knows_what_it_is(take: Take) -> None:
    assert not plans.of(take(""))


def test_teams_bring_their_skills() -> None:
    need = Need(3, ("hond", "jeugd"))
    dog, both = Team(skills=["hond", "motor"]), Team(skills=["hond", "jeugd"])

    assert need.without([]) == need
    assert need.without([dog]) == Need(2, ("jeugd",))
    assert need.without([both, dog, Team()]) == Need(0)
    assert need.without([dog, dog, dog]) == Need(1, ("jeugd",)), "a skill lacks: one more has to go"


def test_every_plan_names_what_exists() -> None:
    types = set(IncidentType.objects.values_list("code", flat=True))
    skills = set(Skill.objects.values_list("code", flat=True))
    for row in ResponsePlan.objects.all():
        assert row.about in types | {code[:5] for code in types} | {""}
        assert set(row.skills) <= skills


def test_a_skill_has_a_name_in_each_language() -> None:
    for language, label in (("nl", "Hondengeleider"), ("fr", "Maître-chien"), ("en", "Dog handler")):
        with translation.override(language):
            assert plans.label_of("hond") == label
    assert plans.label_of("unheard-of") == "unheard-of"


def test_loading_again_keeps_what_the_zone_changed() -> None:
    before = ResponsePlan.objects.count()
    row = ResponsePlan.objects.get(about="CRI-204", valid_from=date(2020, 1, 1))
    row.teams = 5
    row.save(update_fields=["teams"])

    assert plans.load() == before
    row.refresh_from_db()
    assert row.teams == 5
