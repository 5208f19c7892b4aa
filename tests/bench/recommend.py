"""How fast teams are recommended, with 200 on shift and 50 open incidents: `python -m tests.bench.recommend`.

Measured one after the other over one connection: what a dispatcher waits for (the room looked at, ranked
and explained for one incident), the dialog that shows it, and the best three for every open incident. Travel
times are estimated: what a routing engine takes is its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from random import Random

from django.contrib.auth.models import Group
from django.test import Client

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import IncidentType
from carma.geo.actions import load_demo
from carma.geo.models import Address
from carma.incidents.actions import CallTold, PlaceTold, take_call
from carma.incidents.models import Incident
from interventions import actions, recommend
from interventions.candidates import Candidate
from interventions.models import Skill, Team
from tests import services

TEAMS, OPEN, BUSY = 200, 50, 60
ROUNDS = 60
TYPES = ("CRI-204", "ORD-106", "VKR-102", "CRI-213", "HLP-103", "ORD-101")


def fill_the_room(random: Random, by: User) -> None:
    """Teams all over the zone, some unseen; open incidents, some with one or two teams on them."""
    places = list(
        Address.objects.exclude(sector="").order_by("pk")[:: max(1, Address.objects.count() // 500)]
    )
    skills = list(Skill.objects.values_list("code", flat=True))
    now = clock.now()
    for number in range(TEAMS):
        at = random.choice(places)
        Team.objects.create(
            call_sign=f"P{number:03}",
            base=random.choice(["Genk", "Bree"]),
            sector=at.sector,
            skills=random.sample(skills, random.randrange(3)),
            lat=at.lat,
            lon=at.lon,
            position_at=now if number % 10 else None,
            status_since=now,
        )
    incidents = [_taken(random.choice(places), TYPES[number % len(TYPES)], by) for number in range(OPEN)]
    for team in Team.objects.order_by("call_sign")[:BUSY]:
        actions.assign(team, random.choice(incidents[: OPEN // 2]), by=by)


def _taken(at: Address, code: str, by: User) -> Incident:
    return take_call(
        CallTold(channel="zone", words="Melding"),
        by=by,
        type=IncidentType.objects.get(code=code),
        place=PlaceTold(at.label, at.lat, at.lon),
    )


def best_for_all(incidents: list[Incident], by: User) -> list[list[Candidate]]:
    room = recommend.look(by)
    return [recommend.rank(incident, room)[: recommend.BEST] for incident in incidents]


def measured(name: str, deed: Callable[[], object], rounds: int = ROUNDS) -> None:
    deed()
    wall, cpu = [], []
    for _round in range(rounds):
        begun, worked = time.perf_counter(), time.process_time()
        deed()
        wall.append((time.perf_counter() - begun) * 1000)
        cpu.append((time.process_time() - worked) * 1000)
    wall.sort()
    figures = (wall[rounds // 2], wall[int(0.95 * rounds)], wall[-1], sorted(cpu)[rounds // 2])
    sys.stdout.write(f"{name:<44}" + "".join(f"{figure:>10.1f}" for figure in figures) + "\n")


def main() -> None:
    random = Random(5909)  # noqa: S311 - the same room every time
    with services.pointed("embedded"):
        load_demo(addresses=5_000)
        by = User.objects.create_user("bench", password=None)
        by.groups.set(Group.objects.filter(name="dispatcher"))
        by = User.objects.get(pk=by.pk)
        fill_the_room(random, by)
        incidents = list(Incident.objects.open().select_related("type", "priority"))
        one = next(incident for incident in incidents if incident.type_id == "CRI-204")
        page = Client()
        page.force_login(by)
        sys.stdout.write(f"{Team.objects.on_shift().count()} teams, {len(incidents)} open incidents\n")
        sys.stdout.write(f"{'milliseconds':<44}{'p50':>10}{'p95':>10}{'longest':>10}{'CPU p50':>10}\n")
        room = recommend.look(by)
        measured("ranked for one incident", lambda: recommend.rank(one, room))
        measured("looked, ranked and explained for one", lambda: recommend.for_incident(one, by))
        measured("the dialog, drawn", lambda: page.get(f"/incidents/{one.pk}/choose-team/"))
        measured("looked, and the best three for all of them", lambda: best_for_all(incidents, by))


if __name__ == "__main__":
    main()
