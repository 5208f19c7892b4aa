from __future__ import annotations

import pytest

from carma.accounts.models import User
from carma.actionfields.models import IncidentType
from tests.cast import Login


def test_every_member_reads_the_types(api: Login, policy_maker: User) -> None:
    rows = api(policy_maker).get("/api/v1/types/?limit=200").json()["results"]

    assert [row["code"] for row in rows] == list(IncidentType.objects.values_list("code", flat=True))
    assert rows[0].keys() >= {"label_nl", "label_fr", "label_en", "default_priority", "triggers"}


def test_one_type_by_its_code(api: Login, policy_maker: User) -> None:
    client = api(policy_maker)

    assert client.get("/api/v1/types/ORD-106/").json()["default_priority"] == 3
    assert client.get("/api/v1/types/XXX-1/").status_code == 404


def test_the_five_priorities_with_their_timers(api: Login, policy_maker: User) -> None:
    rows = api(policy_maker).get("/api/v1/priorities/").json()["results"]

    assert [row["code"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[0]["unassigned_warn_s"] == 30


@pytest.mark.parametrize("noun", ["types", "priorities"])
def test_nobody_writes_them_here(api: Login, dispatcher: User, noun: str) -> None:
    assert api(dispatcher).post(f"/api/v1/{noun}/", {}).status_code == 405
