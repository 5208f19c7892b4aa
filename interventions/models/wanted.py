from __future__ import annotations

import re
import unicodedata
import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.incidents.models import Incident
from carma.lasting import Lasting, LastingQuerySet

_WORD = re.compile(r"[^\W_]+")


class WantedNoticeQuerySet(LastingQuerySet["WantedNotice"]):
    def visible_to(self, user: User) -> Self:
        """Of the whole zone: who is looked for in one town drives to the next."""
        return self if user.has_perm("interventions.view_wantednotice") else self.none()


class WantedNotice(Lasting):
    """Whom or what every team looks out for (aandachtsvestiging), until `until_at` (UTC), when it is over.

    It is shown with a call at its place, when it has one, and with one whose words have one of `watch_words`
    in them: phrases parted by commas, a number plate however it is written.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("Wanted person")
        MISSING = "missing", _("Missing person")
        VEHICLE = "vehicle", _("Vehicle")
        OBJECT = "object", _("Object")
        OTHER = "other", _("To watch for")

    ICONS = {Kind.PERSON: "person-fill", Kind.MISSING: "person-fill", Kind.VEHICLE: "car-front"}
    WORDS = {"status": _("Status"), "until_at": _("Until")}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=120)
    words = models.TextField(blank=True)
    instruction = models.CharField(max_length=200, blank=True)
    is_dangerous = models.BooleanField(default=False)
    watch_words = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=200, blank=True)
    address_id = models.BigIntegerField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, blank=True, related_name="+")

    objects = WantedNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("wanted notice")
        verbose_name_plural = _("wanted notices")
        permissions = [("set_wantednotice", _("Write and withdraw wanted notices"))]
        indexes = [
            models.Index(fields=["-set_at", "id"], name="interventions_wanted_newest"),
            models.Index(fields=["until_at"], condition=Q(status="active"), name="interventions_wanted_now"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__gt=F("set_at")), name="interventions_wanted_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(lat=None, lon=None) | Q(lat__isnull=False, lon__isnull=False),
                name="interventions_wanted_whole_point",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def topic(self) -> str:
        return "wanted:zone"

    @property
    def icon(self) -> str:
        if self.is_dangerous:
            return "exclamation-octagon-fill"
        return self.ICONS.get(self.Kind(self.kind), "eye-fill")

    def fits(self, words: str) -> bool:
        """Whether one of its watch words stands in a text, in whatever capitals, accents and signs."""
        text = _plain(words)
        phrases = (_plain(phrase) for phrase in self.watch_words.split(","))
        return any(_stands_in(phrase, text) for phrase in phrases if phrase)


def _plain(text: str) -> str:
    """Its words in small letters without accents, a space around each."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(_WORD.findall("".join(sign for sign in bare if not unicodedata.combining(sign))))


def _stands_in(phrase: str, text: str) -> bool:
    """As whole words; what has letters and digits, as a plate, also joined or parted otherwise."""
    if f" {phrase} " in f" {text} ":
        return True
    joined = phrase.replace(" ", "")
    is_plate = len(joined) >= 5 and joined.isalnum() and not joined.isalpha() and not joined.isdecimal()
    return is_plate and joined in text.replace(" ", "")
