from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit import trail
from carma.audit.models import Entry
from carma.desk import audit_trail
from carma.incidents.models import Incident
from tests.cast import Browse, Member

ADDRESS = "/audit/"
WHY = {"purpose": "Klacht 2026/12"}


@pytest.fixture
def dpo(browse: Browse, member: Member) -> Client:
    return browse(member("dpo", "dpo"))


def write(action: str, by: User, subject: User | Incident | None = None, **changes: object) -> Entry:
    trail.record(action, subject or by, by=by, at=time_now.now(), changes=changes)
    return Entry.objects.get(action=action)


def actions_on(page: str) -> list[str]:
    return [part.split("<")[0] for part in page.split("<td><code>")[1:]]


def test_it_shows_the_newest_first_and_records_the_look(dpo: Client, dispatcher: User) -> None:
    write("first.deed", dispatcher)
    write("second.deed", dispatcher)
    page = dpo.get(ADDRESS, WHY).content.decode()

    assert actions_on(page)[:2] == ["second.deed", "first.deed"]
    look = Entry.objects.get(action="audit.searched")
    assert (look.actor.username if look.actor else "", look.reason) == ("dpo", "Klacht 2026/12")
    assert look.changes["entries"] == 2


def test_a_look_needs_a_purpose(dpo: Client, dispatcher: User) -> None:
    write("first.deed", dispatcher)
    answer = dpo.get(ADDRESS, {"person": "dispatcher"})

    assert answer.status_code == 422
    assert actions_on(answer.content.decode()) == []
    assert not Entry.objects.filter(action="audit.searched").exists()


def test_it_filters_by_person_action_and_record(dpo: Client, dispatcher: User, incident: Incident) -> None:
    other = User.objects.create_user("other")
    write("door.opened", other)
    write("door.closed", dispatcher)
    trail.read(incident, by=other)

    assert actions_on(dpo.get(ADDRESS, {**WHY, "action": "door"}).content.decode()) == [
        "door.closed",
        "door.opened",
    ]
    assert actions_on(dpo.get(ADDRESS, {**WHY, "person": "other"}).content.decode()) == [
        "incident.read",
        "door.opened",
    ]
    found = actions_on(dpo.get(ADDRESS, {**WHY, "subject": incident.reference}).content.decode())
    assert found[0] == "incident.read"
    assert all(action.startswith("incident.") for action in found)


def test_it_filters_by_days_of_the_zone(dpo: Client, dispatcher: User, clock: time_machine.Traveller) -> None:
    write("evening.deed", dispatcher)
    clock.shift(timedelta(hours=1))
    write("night.deed", dispatcher)

    told = {**WHY, "person": "dispatcher", "day_from": "2026-03-28", "day_to": "2026-03-28"}
    assert actions_on(dpo.get(ADDRESS, told).content.decode()) == ["evening.deed"]
    told = {**WHY, "person": "dispatcher", "day_from": "2026-03-29"}
    assert actions_on(dpo.get(ADDRESS, told).content.decode()) == ["night.deed"]


def test_it_pages_without_losing_or_repeating(
    dpo: Client, dispatcher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_trail, "PAGE", 2)
    for number in range(5):
        write(f"deed.{number}", dispatcher)
    seen: list[str] = []
    told: dict[str, str | int] = {**WHY, "person": "dispatcher"}
    for _ in range(3):
        answer = dpo.get(ADDRESS, told)
        seen += actions_on(answer.content.decode())
        told["before"] = answer.context["page"].next_before or ""

    assert seen == ["deed.4", "deed.3", "deed.2", "deed.1", "deed.0"]
    assert told["before"] == ""


def test_words_about_people_are_not_shown(dpo: Client, dispatcher: User) -> None:
    write("call.corrected", dispatcher, caller_name=["Jan Peeters", "Jan Pieters"], status=["a", "b"])
    page = dpo.get(ADDRESS, {**WHY, "action": "call"}).content.decode()

    assert "Peeters" not in page
    assert "caller_name" in page
    assert "a → b" in page


@pytest.mark.parametrize(
    "told",
    [{"person": "nobody"}, {"day_from": "31-31-31"}, {"day_from": "2026-02-01", "day_to": "2026-01-01"}],
)
def test_what_can_not_be_looked_for_is_explained(dpo: Client, told: dict[str, str]) -> None:
    assert dpo.get(ADDRESS, {**WHY, **told}).status_code == 422


def test_a_role_without_the_verb_gets_403(browse: Browse, dispatcher: User) -> None:
    assert browse(dispatcher).get(ADDRESS, WHY).status_code == 403
