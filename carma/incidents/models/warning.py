from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.accounts.models import User
from carma.incidents.models.incident import Incident
from carma.lasting import Lasting, LastingQuerySet
from carma.norms import figures

WIDEST_M = 2_000


class PlaceWarningQuerySet(LastingQuerySet["PlaceWarning"]):
    def visible_to(self, user: User) -> Self:
        """Of the kinds that the user's roles are told, in the municipalities he may know of."""
        if not user.has_perm("incidents.view_placewarning"):
            return self.none()
        told = self.filter(kind__in=PlaceWarning.kinds_for(user))
        if user.has_perm("incidents.view_every_incident"):
            return told
        if user.section is None:
            return self.none()
        return told.filter(municipality__in=user.section.municipalities)


class PlaceWarning(Lasting):
    """What to know before going to a place: a danger, a ban, a house to watch, a person to protect.

    It holds for the point and `reach_m` around it, until `until_at` (UTC), when it ends by itself; a review
    says that it still holds and until when. `reference` is the order or PV that it rests on.
    """

    class Kind(models.TextChoices):
        AGGRESSION = "aggression", _("Aggression")
        WEAPON = "weapon", _("Weapons")
        DOG = "dog", _("Dangerous dog")
        SUBSTANCE = "substance", _("Dangerous substances")
        STRUCTURE = "structure", _("Danger of falling or collapse")
        ACCESS = "access", _("Access: key, code, contact")
        HOUSE_BAN = "house_ban", _("House ban (huisverbod)")
        AREA_BAN = "area_ban", _("Area ban (plaatsverbod)")
        ABSENCE_WATCH = "absence_watch", _("Absence watch")
        PROTECTED_PERSON = "protected_person", _("Protected person")
        OTHER = "other", _("Other warning")

    DANGERS = (Kind.AGGRESSION, Kind.WEAPON, Kind.DOG, Kind.SUBSTANCE, Kind.STRUCTURE)
    # Empty houses and threatened people: only for who has to act on them (domain 8, traps).
    GUARDED = {
        Kind.ABSENCE_WATCH: "incidents.view_absence_watch",
        Kind.PROTECTED_PERSON: "incidents.view_protected_person",
    }
    WORDS = {"status": _("Status"), "until_at": _("Until"), "words": _("Words")}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    words = models.CharField(max_length=400)
    reference = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=200)
    address_id = models.BigIntegerField(null=True, blank=True)
    lat = models.FloatField()
    lon = models.FloatField()
    reach_m = models.PositiveSmallIntegerField()
    municipality = models.CharField(max_length=5, blank=True)
    sector = models.CharField(max_length=20, blank=True)
    wijk = models.CharField(max_length=20, blank=True)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = PlaceWarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("warning")
        verbose_name_plural = _("warnings")
        permissions = [
            ("set_placewarning", _("Warn of places")),
            ("view_absence_watch", _("Know which houses are watched while empty")),
            ("view_protected_person", _("Know where people under protection are")),
        ]
        indexes = [
            models.Index(fields=["lat", "lon"], condition=Q(status="active"), name="incidents_warned_places"),
            models.Index(fields=["-set_at", "id"], name="incidents_warning_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gt=F("set_at")), name="incidents_warning_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(reach_m__gt=0, reach_m__lte=WIDEST_M), name="incidents_warning_reach"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.place}"

    @classmethod
    def kinds_for(cls, user: User) -> list[str]:
        """The kinds that a user's roles are told of, and may tell."""
        hidden = {kind for kind, permission in cls.GUARDED.items() if not user.has_perm(permission)}
        return [kind for kind in cls.Kind.values if kind not in hidden]

    @classmethod
    def longest(cls, kind: str) -> timedelta:
        """How far ahead the end of a warning may lie, from its start or its review."""
        own = {
            cls.Kind.HOUSE_BAN.value: "warning_house_ban",
            cls.Kind.AREA_BAN.value: "warning_area_ban",
            cls.Kind.ABSENCE_WATCH.value: "warning_absence_watch",
        }
        return figures.span(own.get(kind, "warning_longest"))

    @property
    def topic(self) -> str:
        return f"place:{self.municipality}"

    @property
    def is_danger(self) -> bool:
        return self.kind in self.DANGERS

    @property
    def ends_soon(self) -> bool:
        """Time to say whether it still holds: in its last quarter, and within the norm `warning_review`."""
        term = self.until_at - (self.reviewed_at or self.set_at)
        return self.until_at - clock.now() <= min(term / 4, figures.span("warning_review"))
