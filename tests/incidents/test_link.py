"""Two incidents that belong together but stay two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from carma.accounts.models import User
from carma.audit.models import Entry
from carma.errors import InvalidInput, MoveNotAllowed, ReasonNeeded
from carma.incidents import actions
from carma.incidents.actions import PlaceTold
from carma.incidents.models import Incident, Link
from tests.cast import Browse, Login, Member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "geography")]
Take = Callable[..., Incident]
BREE = PlaceTold(label="Markt 1, Bree", lat=51.14, lon=5.6)
TOLD: dict[str, Any] = {"kind": "same_offender", "reason": "Zelfde grijze bestelwagen"}


def test_both_pages_show_it(take: Take, dispatcher: User, browse: Browse) -> None:
    one, other = take(), take()
    r = browse(dispatcher).post(f"/incidents/{one.pk}/link/", {"to": other.reference, **TOLD})

    assert r.status_code == 302
    for near, far in ((one, other), (other, one)):
        page = browse(dispatcher).get(f"/incidents/{near.pk}/").content.decode()
        assert f'<a href="/incidents/{far.pk}/">{far.reference}</a>' in page
        assert "Zelfde grijze bestelwagen" in page
        entry = Entry.objects.get(action="incident.linked", subject_id=str(near.pk))
        assert (entry.actor, entry.changes["linked_to"]) == (dispatcher, [None, far.reference])


def test_it_is_refused_twice_to_itself_and_without_a_reason(take: Take, dispatcher: User) -> None:
    one, other = take(), take()
    with pytest.raises(InvalidInput):
        actions.link(one, one, by=dispatcher, **TOLD)
    with pytest.raises(ReasonNeeded):
        actions.link(one, other, by=dispatcher, kind="series", reason=" ")
    actions.link(one, other, by=dispatcher, **TOLD)
    with pytest.raises(MoveNotAllowed):
        actions.link(other, one, by=dispatcher, **TOLD)
    assert Link.objects.count() == 1


def test_a_wrong_one_is_ended_and_may_come_back(take: Take, dispatcher: User, api: Login) -> None:
    one, other = take(), take()
    client = api(dispatcher)
    address = f"/api/v1/incidents/{one.pk}"
    assert client.post(f"{address}/link/", {"to": str(other.pk), **TOLD}).status_code == 200
    (row,) = client.get(f"/api/v1/incidents/{other.pk}/links/").json()["results"]
    assert {row["one"], row["other"]} == {str(one.pk), str(other.pk)}
    r = client.post(f"{address}/unlink/", {"link": row["id"], "reason": "Ander voertuig"})

    assert r.status_code == 200
    assert client.get(f"{address}/links/").json()["results"] == []
    assert Entry.objects.filter(action="incident.unlinked", reason="Ander voertuig").count() == 2
    actions.link(one, other, by=dispatcher, **TOLD)


def test_it_is_ended_on_the_page(take: Take, dispatcher: User, browse: Browse) -> None:
    one, other = take(), take()
    made = actions.link(one, other, by=dispatcher, **TOLD)
    address = f"/incidents/{one.pk}/links/{made.pk}/end/"
    assert browse(dispatcher).post(address, {"reason": ""}).status_code == 409
    assert browse(dispatcher).post(address, {"reason": "Ander voertuig"}).status_code == 302
    assert other.reference not in browse(dispatcher).get(f"/incidents/{one.pk}/head/").content.decode()


def test_what_one_may_not_know_is_neither_linked_nor_shown(
    take: Take, dispatcher: User, member: Member, api: Login, browse: Browse
) -> None:
    genk, bree = take(), take(place=BREE)
    actions.link(genk, bree, by=dispatcher, **TOLD)
    local = member("bree", "wijk", municipalities=["72004"])

    assert genk.reference not in browse(local).get(f"/incidents/{bree.pk}/").content.decode()
    assert api(local).get(f"/api/v1/incidents/{bree.pk}/links/").json()["results"] == []
    assert (
        api(local).post(f"/api/v1/incidents/{bree.pk}/link/", {"to": str(genk.pk), **TOLD}).status_code == 403
    )
