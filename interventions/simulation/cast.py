"""Who acts in the simulation: a dispatcher and an officer per team, apart from the people who sign in."""

from __future__ import annotations

from django.contrib.auth.models import Group

from carma.accounts.models import User
from interventions.models import Team

PREFIX = "sim-"  # nobody can sign in as these: they have no password
DISPATCHER = f"{PREFIX}dispatcher"
DUTY_OFFICER = f"{PREFIX}duty-officer"


def dispatcher() -> User:
    return _player(DISPATCHER, "Simulatie", "Meldkamer", role="dispatcher")


def duty_officer() -> User:
    return _player(DUTY_OFFICER, "Simulatie", "Officier van dienst", role="duty_officer")


def officer(team: Team) -> User:
    return _player(
        f"{PREFIX}{team.call_sign.lower().replace(' ', '-')}", "Simulatie", str(team), role="officer"
    )


def _player(username: str, first_name: str, last_name: str, *, role: str) -> User:
    user, is_new = User.objects.get_or_create(
        username=username, defaults={"first_name": first_name, "last_name": last_name, "password": "!"}
    )
    if is_new:
        user.groups.add(Group.objects.get(name=role))
    return user
