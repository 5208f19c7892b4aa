from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.accounts.models import User
from carma.visibility import VisibleQuerySet

DAY = timedelta(days=1)


class ShiftTemplateQuerySet(VisibleQuerySet["ShiftTemplate"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("interventions.view_team") else self.none()


class ShiftTemplate(models.Model):
    """A shift as it comes back: which teams a base plans for a sector, and how few there may be.

    `starts` and `ends` are times on the clocks of the zone; a shift that ends at or before its start ends
    the day after. `days` are the weekdays it starts on, Monday being 0.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=40)
    base = models.CharField(max_length=40)
    sector = models.CharField(max_length=20, blank=True)
    starts = models.TimeField()
    ends = models.TimeField()
    days = ArrayField(models.PositiveSmallIntegerField())
    call_signs = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    least = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ShiftTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["base", "sector", "starts", "name", "id"]
        verbose_name = _("shift template")
        verbose_name_plural = _("shift templates")
        constraints = [
            models.UniqueConstraint(fields=["base", "sector", "name"], name="interventions_shift_named_once"),
            models.CheckConstraint(
                condition=Q(days__contained_by=[0, 1, 2, 3, 4, 5, 6]), name="interventions_shift_on_weekdays"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.base} {self.sector}".strip()

    @property
    def topic(self) -> str:
        return f"team:{self.sector}"

    def span(self, day: date) -> tuple[datetime, datetime] | None:
        """From when until when the shift runs that starts on a day in the zone; None on other weekdays."""
        if day.weekday() not in self.days:
            return None
        last = day if self.ends > self.starts else day + DAY
        return (
            datetime.combine(day, self.starts, tzinfo=clock.ZONE),
            datetime.combine(last, self.ends, tzinfo=clock.ZONE),
        )
