from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from carma import clock as time_now
from carma.accounts.models import User
from carma.duty.models import Turn
from carma.duty.now import on_duty, watch_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Browse = Callable[[User], Client]
HOUR = timedelta(hours=1)


def turn(person: User, starts: timedelta, ends: timedelta, *, backup: bool = False) -> Turn:
    now = time_now.now()
    return Turn.objects.create(
        function="dispatch", person=person, starts_at=now + starts, ends_at=now + ends, is_backup=backup
    )


def dispatch_of(viewer: User) -> tuple[list[Turn], Turn | None]:
    (found,) = (each for each in watch_list(viewer, at=time_now.now()) if each.function == "dispatch")
    return found.turns, found.next


def test_it_says_who_holds_each_function_and_who_is_next(
    browse: Browse, dispatcher: User, duty_officer: User, member: Callable[..., User]
) -> None:
    turn(member("an"), -HOUR, HOUR)
    turn(member("bo"), HOUR, 2 * HOUR)
    page = browse(dispatcher).get(reverse("duty:now"))

    html = page.content.decode()
    assert page.status_code == 200
    for name in ("an", "bo", "duty_officer"):
        assert name in html


def test_the_main_turn_comes_before_the_back_up_and_the_first_next(
    dispatcher: User, member: Callable[..., User]
) -> None:
    backup = turn(member("bo"), -2 * HOUR, HOUR, backup=True)
    main = turn(member("an"), -HOUR, HOUR)
    later, soon = turn(member("el"), 3 * HOUR, 4 * HOUR), turn(member("cy"), HOUR, 2 * HOUR)

    assert dispatch_of(dispatcher) == ([main, backup], soon)
    assert later != soon


def test_a_turn_ends_when_it_ends(
    dispatcher: User, member: Callable[..., User], clock: time_machine.Traveller
) -> None:
    turn(member("an"), -HOUR, HOUR)
    clock.shift(HOUR)

    assert dispatch_of(dispatcher) == ([], None)
    assert on_duty("dispatch", at=time_now.now()) == []


def test_who_left_the_zone_is_not_on_duty(dispatcher: User, member: Callable[..., User]) -> None:
    gone = member("an")
    turn(gone, -HOUR, HOUR)
    gone.is_active = False
    gone.save(update_fields=["is_active"])

    assert dispatch_of(dispatcher) == ([], None)


def test_a_gap_stands_out(browse: Browse, dispatcher: User) -> None:
    html = browse(dispatcher).get(reverse("duty:now")).content.decode()

    assert html.count('data-health="late"') == len(Turn.Function)


def test_a_role_without_duty_may_not_look(browse: Browse, policy_maker: User) -> None:
    assert browse(policy_maker).get(reverse("duty:now")).status_code == 403


def test_more_turns_take_no_more_queries(
    dispatcher: User, member: Callable[..., User], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        turn(member(f"an{number}"), -HOUR, HOUR)
    assert dispatcher.has_perm("duty.view_turn")
    with django_assert_num_queries(2):
        watch_list(dispatcher, at=time_now.now())
