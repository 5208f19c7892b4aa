from __future__ import annotations

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

# The length of a degree of longitude over one of latitude at 51.05° north, the middle of the zone.
# It stands in an index: changing it asks for a migration.
LON_PER_LAT = 0.6303


class Municipality(models.Model):
    """A municipality of the zone, by NIS code; comes from the reference data, not from a layer."""

    nis = models.CharField(max_length=5, primary_key=True)
    name = models.CharField(max_length=80)
    postcodes = ArrayField(models.CharField(max_length=4))
    localities = ArrayField(models.CharField(max_length=80), default=list)
    population = models.PositiveIntegerField()
    population_on = models.DateField()
    area_km2 = models.FloatField()
    lat = models.FloatField()
    lon = models.FloatField()
    judicial_division = models.CharField(max_length=40)
    pv_prefix = models.CharField(max_length=2)

    class Meta:
        ordering = ["nis"]
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")

    def __str__(self) -> str:
        return self.name


class AreaQuerySet(models.QuerySet["Area"]):
    def in_force(self) -> Self:
        """The areas of today and of what is to come: those that nobody ended."""
        return self.filter(valid_to=None)


class Area(models.Model):
    """A municipality, sector or wijk as it was bounded from `valid_from` until the day before `valid_to`.

    `polygon` is a GeoJSON geometry in WGS84 (longitude first). `municipality` is a NIS code, empty for a
    sector that spans several.
    """

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("Municipality")
        SECTOR = "sector", _("Sector")
        WIJK = "wijk", _("Neighbourhood (wijk)")

    kind = models.CharField(max_length=12, choices=Kind)
    code = models.CharField(max_length=16)
    name = models.CharField(max_length=100)
    municipality = models.CharField(max_length=5, blank=True)
    polygon = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "code", "valid_from"]
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="geo_area_ends_after_it_began",
            ),
            ExclusionConstraint(
                name="geo_area_one_at_a_time",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        Func("valid_from", "valid_to", Value("[)"), function="daterange"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Street(models.Model):
    """A street within one municipality and postcode: what the search compares typed words with.

    `key` holds the name's words in lower case, without accents or punctuation and with abbreviations
    written out. The point is the median of the addresses, the four edges their bounding box. `live` counts
    the addresses in force; a street without any is not found.
    """

    municipality = models.CharField(max_length=5)
    postcode = models.CharField(max_length=4)
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=160)
    lat = models.FloatField(default=0)
    lon = models.FloatField(default=0)
    south = models.FloatField(default=0)
    north = models.FloatField(default=0)
    west = models.FloatField(default=0)
    east = models.FloatField(default=0)
    live = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("street")
        verbose_name_plural = _("streets")
        constraints = [
            models.UniqueConstraint(fields=["municipality", "postcode", "name"], name="geo_street_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.postcode}"


class Address(models.Model):
    """A house number, with the sector and wijk it lies in worked out when it was loaded.

    Addresses that left their source keep their row with `ended_on`, since incidents point at them.
    """

    street = models.CharField(max_length=100)
    street_ref = models.ForeignKey(Street, models.PROTECT, related_name="addresses", db_index=False)
    number = models.CharField(max_length=20)
    number_key = models.CharField(max_length=20)
    number_int = models.IntegerField()
    box = models.CharField(max_length=20, blank=True)
    postcode = models.CharField(max_length=4)
    municipality = models.CharField(max_length=5)
    lat = models.FloatField()
    lon = models.FloatField()
    sector = models.CharField(max_length=16, blank=True)
    wijk = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=16)
    source_id = models.CharField(max_length=200)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="geo_address_source")]
        indexes = [
            models.Index(
                fields=["street_ref", "number_int"],
                condition=Q(ended_on=None),
                name="geo_address_live_number",
            ),
            # Not only the live ones: a partial index without street would be walked whole for a street's
            # numbers whenever the statistics are behind.
            GistIndex(
                Func(F("lon") * Value(LON_PER_LAT), F("lat"), function="point"), name="geo_address_point"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As it is written on a letter; "bus" is part of the Belgian notation in Dutch."""
        number = f"{self.number} bus {self.box}" if self.box else self.number
        return f"{self.street} {number}"


class NamedPlace(models.Model):
    """A place known by name: a locality, a wijk, a station, a sports hall."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=20)
    municipality = models.CharField(max_length=5)
    lat = models.FloatField()
    lon = models.FloatField()
    source = models.CharField(max_length=16)
    source_id = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("named place")
        verbose_name_plural = _("named places")
        constraints = [models.UniqueConstraint(fields=["source", "source_id"], name="geo_namedplace_source")]

    def __str__(self) -> str:
        return self.name


class LayerStamp(models.Model):
    """What is loaded of a layer, and a version by which processes see that their copy is old.

    `attribution` is what the licence of the data asks to show beside the map.
    """

    layer = models.CharField(max_length=20, primary_key=True)
    version = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=120)
    attribution = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("layer")
        verbose_name_plural = _("layers")

    def __str__(self) -> str:
        return f"{self.layer} {self.version}"
