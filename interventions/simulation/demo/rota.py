"""Who is on duty in the demonstration, from yesterday to some weeks ahead."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from carma import clock
from carma.accounts.models import User
from carma.duty.models import Turn

DAYS_BACK, DAYS_AHEAD = 1, 42
DAY_SHIFT, NIGHT_SHIFT = time(7), time(19)
# function: who has the day and who the night; each is the other's back-up
PAIRS = {
    Turn.Function.DISPATCH: ("dispatcher", "dispatcher2"),
    Turn.Function.DUTY_OFFICER: ("duty_officer", "duty_officer2"),
    Turn.Function.VICTIM_CARE: ("victim_care", "victim_coord"),
    Turn.Function.RECHERCHE: ("investigator", "head_investigation"),
    Turn.Function.ADMINISTRATIVE_OFFICER: ("duty_officer", "duty_officer2"),
    Turn.Function.JUDICIAL_OFFICER: ("head_investigation", "duty_officer2"),
}


def create() -> int:
    """Fill what is missing of the rota; answers how many turns it now has."""
    usernames = {username for pair in PAIRS.values() for username in pair}
    people = {user.username: user for user in User.objects.filter(username__in=usernames)}
    today = clock.local(clock.now()).date()
    first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    taken = set(Turn.objects.filter(ends_at__gt=_at(first, time(0))).values_list("function", "starts_at"))
    turns = [
        turn
        for days in range((last - first).days)
        for function, (by_day, by_night) in PAIRS.items()
        for turn in _turns(function, people[by_day], people[by_night], first + timedelta(days=days))
        if (turn.function, turn.starts_at) not in taken
    ]
    Turn.objects.bulk_create(turns)
    return Turn.objects.count()


def _turns(function: str, by_day: User, by_night: User, day: date) -> list[Turn]:
    morning, evening = _at(day, DAY_SHIFT), _at(day, NIGHT_SHIFT)
    next_morning = _at(day + timedelta(days=1), DAY_SHIFT)
    return [
        Turn(function=function, person=by_day, starts_at=morning, ends_at=evening),
        Turn(function=function, person=by_night, starts_at=morning, ends_at=evening, is_backup=True),
        Turn(function=function, person=by_night, starts_at=evening, ends_at=next_morning),
        Turn(function=function, person=by_day, starts_at=evening, ends_at=next_morning, is_backup=True),
    ]


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=clock.ZONE)
