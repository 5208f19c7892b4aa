"""Twelve invented teams over the two bases and the four sectors."""

from __future__ import annotations

from datetime import timedelta

from carma import clock
from carma.geo import zone
from carma.geo.models import Municipality
from interventions.models import Team
from interventions.simulation import people
from interventions.simulation.dice import seeded

# sector, base, how many teams; a sector has at least one day and night
POSTED = (("GENK", "Genk", 5), ("WEST", "Genk", 2), ("MIDDEN", "Genk", 2), ("NOORD", "Bree", 3))
# What the team with this number in its sector can do.
SKILLS = {1: ["slachtoffer"], 2: ["verkeer", "motor"], 3: ["hond"], 4: ["jeugd", "slachtoffer"], 5: ["proa"]}
# Longer than any history or imported log, so that deeds of the past can be told of them.
ON_SHIFT_FOR = timedelta(days=400)


def create() -> None:
    """Make the teams when there are none, each standing in a municipality of its sector."""
    if Team.objects.exists():
        return
    places = {place.nis: place for place in Municipality.objects.all()}
    towns = {sector.code: sector.municipalities for sector in zone.sectors()}
    now = clock.now()
    for sector, base, count in POSTED:
        for number in range(1, count + 1):
            dice = seeded("team", sector, number)
            at = places[towns[sector][(number - 1) % len(towns[sector])]]
            Team.objects.create(
                call_sign=call_sign(sector, number),
                base=base,
                sector=sector,
                crew=f"{people.full_name(dice)}, {people.full_name(dice)}",
                vehicle=f"Demo-combi {sector[0]}{number}",
                skills=SKILLS[number],
                lat=round(at.lat + dice.uniform(-0.01, 0.01), 6),
                lon=round(at.lon + dice.uniform(-0.015, 0.015), 6),
                position_at=now,
                status_since=now - ON_SHIFT_FOR,
            )


def call_sign(sector: str, number: int) -> str:
    return f"{sector[:4].capitalize()} {number:02}"
