"""The model set in this zone: its incident types, its addresses, its people count."""

from __future__ import annotations

from django.db.models import F

from carma.actionfields.models import IncidentType
from carma.geo.models import Address, Municipality
from interventions.simulation.dice import seeded
from interventions.simulation.mix import Mix
from interventions.simulation.places import Places, Spot
from interventions.simulation.story import Storyteller

MOST_SPOTS = 6_000


class NoAddresses(LookupError):
    """The zone has no geography yet: nothing can happen anywhere."""


def storyteller(seed: int) -> Storyteller:
    """Raises `NoAddresses`."""
    defaults = dict(IncidentType.objects.values_list("code", "default_priority_id"))
    return Storyteller(Mix(defaults), places(seed), seed=seed)


def places(seed: int) -> Places:
    """An even part of the zone's addresses, in an order of chance."""
    population = dict(Municipality.objects.values_list("nis", "population"))
    names = dict(Municipality.objects.values_list("nis", "name"))
    live = Address.objects.filter(ended_on=None, municipality__in=population)
    step = max(1, live.count() // MOST_SPOTS)
    spots = [
        Spot(
            label=f"{address.label}, {address.postcode} {names[address.municipality]}",
            lat=address.lat,
            lon=address.lon,
            nis=address.municipality,
            sector=address.sector,
            wijk=address.wijk,
            address_id=address.pk,
        )
        for address in live.annotate(part=F("id") % step).filter(part=0).order_by("id")
    ]
    if not spots:
        raise NoAddresses
    seeded(seed, "places").shuffle(spots)
    return Places(spots, population)
