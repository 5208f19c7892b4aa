from __future__ import annotations

from collections.abc import Callable

import pytest

from carma.accounts.models import User
from carma.events.deliveries import deliver_owed
from carma.incidents.models import Incident
from tests.cast import Login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
URL = "/api/v1/monthly-reports/"


def test_it_counts_the_month_by_municipality_and_type(
    api: Login, policy_maker: User, take: Callable[..., Incident]
) -> None:
    for code in ("ORD-106", "ORD-106", "CRI-204"):
        take(code)
    deliver_owed()
    r = api(policy_maker).get(URL, {"month": "2026-03"})

    assert r.json() == {
        "month": "2026-03",
        "total": 3,
        "rows": [
            {"municipality": "71016", "type": "CRI-204", "count": 1},
            {"municipality": "71016", "type": "ORD-106", "count": 2},
        ],
    }


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "maart", "2026-03-01"])
def test_another_notation_is_told(api: Login, policy_maker: User, month: str) -> None:
    r = api(policy_maker).get(URL, {"month": month})

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
    assert "month" in r.json()["errors"]


def test_the_role_without_figures_is_refused(api: Login, dispatcher: User) -> None:
    assert api(dispatcher).get(URL, {"month": "2026-03"}).status_code == 403
