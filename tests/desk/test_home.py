from __future__ import annotations

import pytest

from carma import registry
from carma.registry import MenuItem
from tests.cast import Browse, Member

MENU = [
    MenuItem("Figures", "desk:profile", "policy.view_tally", order=10),
    MenuItem("Audit", "desk:audit", "audit.view_entry", order=80),
    MenuItem("Operations", "desk:operations", "timers.view_heartbeat", order=90),
]


@pytest.fixture(autouse=True)
def menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_menu", MENU)


@pytest.mark.parametrize(("role", "page"), [("dpo", "/audit/"), ("admin", "/operations/")])
def test_each_role_starts_where_its_work_is(browse: Browse, member: Member, role: str, page: str) -> None:
    assert browse(member("someone", role)).get("/")["Location"] == page


def test_the_menu_holds_what_one_may_open_and_no_more(browse: Browse, member: Member) -> None:
    page = browse(member("someone", "dpo")).get("/audit/").content.decode()

    assert 'href="/audit/" aria-current="page"' in page
    assert 'href="/operations/"' not in page


def test_without_a_role_it_says_whom_to_ask(browse: Browse, member: Member) -> None:
    answer = browse(member("someone")).get("/")

    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()
