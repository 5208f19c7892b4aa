from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.incidents.models.incident import Incident
from carma.visibility import VisibleQuerySet


class LinkQuerySet(VisibleQuerySet["Link"]):
    def visible_to(self, user: User) -> Self:
        """Only for who may know of both."""
        known = Incident.objects.visible_to(user)
        return self.filter(one__in=known, other__in=known)

    def of(self, incident: Incident) -> Self:
        return self.filter(Q(one=incident) | Q(other=incident), ended_at=None)


class Link(models.Model):
    """Two incidents that belong together but stay two. It holds both ways: `one` is the lower key."""

    class Kind(models.TextChoices):
        SAME_OFFENDER = "same_offender", _("Same offender")
        SAME_VICTIM = "same_victim", _("Same victim")
        SAME_VEHICLE = "same_vehicle", _("Same vehicle")
        SERIES = "series", _("Series of facts")
        RELATED = "related", _("Related otherwise")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    one = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    other = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="incidents_link_lower_key_first"),
            models.UniqueConstraint(
                fields=["one", "other"], condition=Q(ended_at=None), name="incidents_linked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one} + {self.other}"

    def far_end(self, near: Incident) -> Incident:
        return self.other if self.one_id == near.pk else self.one

    def end(self, at: datetime) -> None:
        self.ended_at = at
        self.save(update_fields=["ended_at"])
