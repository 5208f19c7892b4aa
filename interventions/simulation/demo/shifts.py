"""The shifts that come back in the demonstration: early, late and night, with the teams that there are."""

from __future__ import annotations

from datetime import time

from carma.accounts.models import User
from carma.geo import places
from interventions import shifts
from interventions.models import ShiftTemplate
from interventions.simulation.demo.teams import POSTED, call_sign

SHIFTS = (("Vroege", time(6), time(14)), ("Late", time(14), time(22)), ("Nacht", time(22), time(6)))
EVERY_DAY = tuple(range(7))


def create(*, by: User) -> int:
    """Write the templates when there are none; answers how many there are now."""
    if not ShiftTemplate.objects.exists():
        known = places.names("sector")  # a real zone may draw its sectors otherwise
        for sector, base, count in (post for post in POSTED if post[0] in known):
            signs = tuple(call_sign(sector, number) for number in range(1, count + 1))
            for name, starts, ends in SHIFTS:
                least = max(count // 2, 1) if name == "Nacht" else max(count - 1, 1)
                told = shifts.Template(name, base, sector, starts, ends, EVERY_DAY, signs, least)
                shifts.save_template(told, by=by)
    return ShiftTemplate.objects.count()
