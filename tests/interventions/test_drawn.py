"""One drawing serves a room, and is never older than what happened last."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import translation

from carma.accounts.models import User
from carma.errors import DomainError
from interventions import drawn

pytestmark = pytest.mark.django_db
Member = Callable[..., User]
TEMPLATE = "_refusal.html"  # a small one that says what it is given


@pytest.fixture
def facts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom it was drawn for; drawings keep, and the feed stands at position 1 unless told otherwise."""
    monkeypatch.setattr(drawn, "KEPT_S", 60.0)
    monkeypatch.setattr(drawn, "_places", {})
    return []


def ask(drawings: list[str], user: User, *, pos: int = 1) -> str:
    def draw(user: User) -> dict[str, Any]:
        drawings.append(user.username)
        return {"error": DomainError(user.username)}

    drawing = drawn.drawn(TEMPLATE, draw, user, pos=pos)
    said = re.search(r"<p>(\w+)</p>", drawing.html)
    assert said is not None
    return said[1]


def test_colleagues_share_a_drawing(facts: list[str], member: Member) -> None:
    first, second = member("one", "dispatcher"), member("two", "dispatcher")

    assert [ask(facts, first), ask(facts, second)] == ["one", "one"]
    assert facts == ["one"]


def test_an_event_makes_it_anew(facts: list[str], member: Member) -> None:
    first, second = member("one", "dispatcher"), member("two", "dispatcher")
    ask(facts, first)

    assert ask(facts, second, pos=2) == "two"


def test_it_is_old_after_its_time(facts: list[str], member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    user = member("one", "dispatcher")
    ask(facts, user)
    monkeypatch.setattr(drawn, "KEPT_S", 0.0)
    ask(facts, user)

    assert facts == ["one", "one"]


def test_who_sees_other_work_gets_another(facts: list[str], member: Member) -> None:
    everywhere = member("all", "dispatcher")
    bree = member("bree", "wijk", municipalities=["72004"])
    genk = member("genk", "wijk", municipalities=["71016"])
    also_bree = member("also_bree", "wijk", municipalities=["72004"])

    assert [ask(facts, user) for user in (everywhere, bree, genk, also_bree)] == [
        "all", "bree", "genk", "bree",
    ]  # fmt: skip


def test_who_may_do_other_things_gets_another(facts: list[str], member: Member) -> None:
    assert [ask(facts, member("sends", "dispatcher")), ask(facts, member("drives", "officer"))] == [
        "sends",
        "drives",
    ]


def test_who_is_told_less_gets_another(facts: list[str], member: Member) -> None:
    """Both see every incident and may do nothing on the board, but one reads wanted notices."""
    assert [ask(facts, member("seeks", "head_investigation")), ask(facts, member("leads", "chief"))] == [
        "seeks",
        "leads",
    ]


def test_each_language_has_its_own(facts: list[str], member: Member) -> None:
    first, second = member("one", "dispatcher"), member("two", "dispatcher")
    with translation.override("fr"):
        ask(facts, first)
    with translation.override("nl"):
        assert ask(facts, second) == "two"
