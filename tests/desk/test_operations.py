from __future__ import annotations

from datetime import timedelta

import pytest

from carma import clock as time_now
from carma.accounts.models import User
from carma.audit.models import Entry
from carma.events.models import Delivery, Event
from carma.timers.models import Heartbeat, Timer
from tests.cast import Browse, Member

ADDRESS = "/operations/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def keeper(member: Member) -> User:
    return member("keeper", "admin")


@pytest.fixture
def failing(db: None) -> Delivery:
    now = time_now.now()
    event = Event.objects.create(at=now, kind="test.done", subject_type="test", subject_id="1")
    return Delivery.objects.create(
        event=event,
        subscriber="some.package.handler",
        tries=3,
        error="ValueError('no such kind')",
        due_at=now + timedelta(minutes=15),
    )


@pytest.fixture
def dead(db: None) -> Timer:
    now = time_now.now()
    return Timer.objects.create(
        kind="test.remind",
        subject_type="accounts.user",
        subject_id="1",
        due_at=now - timedelta(minutes=1),
        ended_at=now,
        outcome="dead",
        attempts=5,
        last_error="KeyError('x')",
    )


def test_it_shows_who_runs_and_what_is_owed(
    browse: Browse, keeper: User, failing: Delivery, dead: Timer
) -> None:
    Heartbeat.objects.create(name="worker", at=time_now.now())
    Heartbeat.objects.create(name="watchdog", at=time_now.now() - timedelta(minutes=5))
    page = browse(keeper).get(ADDRESS).content.decode()

    assert page.count('data-health="ok"') == 2
    assert page.count('data-health="late"') == 1
    assert "no such kind" in page
    assert f'id="timer-{dead.pk}"' in page


def test_a_part_that_never_ran_stands_still(browse: Browse, keeper: User) -> None:
    assert browse(keeper).get("/operations/state/").content.decode().count('data-health="late"') == 2


def test_a_delivery_is_tried_again_at_once(browse: Browse, keeper: User, failing: Delivery) -> None:
    answer = browse(keeper).post(f"/operations/deliveries/{failing.pk}/retry/", headers=HTMX)

    assert answer.status_code == 200
    assert 'id="operations"' in answer.content.decode()
    failing.refresh_from_db()
    assert failing.due_at <= time_now.now()
    assert Entry.objects.get(action="delivery.retried").actor == keeper


def test_a_delivery_that_is_done_is_refused(browse: Browse, keeper: User, failing: Delivery) -> None:
    failing.done_at = time_now.now()
    failing.save(update_fields=["done_at"])
    answer = browse(keeper).post(f"/operations/deliveries/{failing.pk}/retry/", headers=HTMX)

    assert answer.status_code == 409
    assert 'data-code="move_not_allowed"' in answer.content.decode()


def test_a_timer_given_up_runs_again(browse: Browse, keeper: User, dead: Timer) -> None:
    answer = browse(keeper).post(f"/operations/timers/{dead.pk}/set/")

    assert answer["Location"] == ADDRESS
    dead.refresh_from_db()
    assert (dead.outcome, dead.ended_at, dead.attempts) == ("", None, 0)
    assert Entry.objects.get(action="timer.set_again").changes["attempts"] == [5, 0]


def test_a_timer_with_a_successor_stays_given_up(browse: Browse, keeper: User, dead: Timer) -> None:
    Timer.objects.create(
        kind=dead.kind, subject_type=dead.subject_type, subject_id="1", due_at=time_now.now()
    )
    answer = browse(keeper).post(f"/operations/timers/{dead.pk}/set/", headers=HTMX)

    assert answer.status_code == 409
    dead.refresh_from_db()
    assert dead.outcome == "dead"


@pytest.mark.parametrize("path", ["", "state/"])
def test_a_role_without_the_verb_does_not_see_it(browse: Browse, dispatcher: User, path: str) -> None:
    assert browse(dispatcher).get(ADDRESS + path).status_code == 403


@pytest.mark.parametrize("verb", ["deliveries/1/retry/", "timers/1/set/"])
def test_a_role_without_the_verb_can_not_use_it(browse: Browse, dispatcher: User, verb: str) -> None:
    assert browse(dispatcher).post(ADDRESS + verb).status_code == 403
