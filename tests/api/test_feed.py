"""/api/v1/events/: what happened, for clients that follow the zone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from carma.accounts.models import User
from carma.incidents.actions import add_note
from carma.incidents.models import Incident
from tests.cast import Login, Member

URL = "/api/v1/events/"

pytestmark = pytest.mark.usefixtures("committed")


def test_it_begins_where_we_are(api: Login, dispatcher: User, take: Callable[..., Incident]) -> None:
    incident = take()
    client = api(dispatcher)
    begun = client.get(URL).json()
    assert begun == {"results": [], "position": begun["position"], "more": False}
    add_note(incident, "x", by=dispatcher)
    told = client.get(f"{URL}?after={begun['position']}").json()

    assert told["results"] == [
        {
            "pos": told["position"],
            "kind": "incident.noted",
            "type": "incidents.incident",
            "id": str(incident.pk),
            "version": incident.version,
        }
    ]
    assert client.get(f"{URL}?after={told['position']}").json()["results"] == []


def test_it_comes_in_parts(api: Login, dispatcher: User, take: Callable[..., Incident]) -> None:
    client = api(dispatcher)
    incident = take()
    after = client.get(URL).json()["position"]
    for number in range(5):
        add_note(incident, str(number), by=dispatcher)
    seen, more = 0, True
    while more:
        page = client.get(f"{URL}?after={after}&limit=2").json()
        seen, after, more = seen + len(page["results"]), page["position"], page["more"]

    assert seen == 5


def test_nobody_hears_of_another_place(api: Login, member: Member, take: Callable[..., Incident]) -> None:
    incident = take()
    client = api(member("bree", "wijk", municipalities=["72004"]))
    after = client.get(URL).json()["position"]
    add_note(incident, "x", by=member("writer", "dispatcher"))
    told = client.get(f"{URL}?after={after}").json()

    assert told["results"] == []
    assert told["position"] > after


@pytest.mark.parametrize("query", ["after=x", "after=-1", "limit=0", "limit=201"])
def test_a_position_is_a_number(api: Login, dispatcher: User, query: str) -> None:
    r = api(dispatcher).get(f"{URL}?{query}")

    assert (r.status_code, r.json()["code"]) == (400, "invalid_input")
