from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self, Unpack

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.incidents.models import Incident
from carma.lifecycle import How, Lifecycle
from carma.visibility import VisibleQuerySet
from interventions.models.team import Team


class PanicQuerySet(VisibleQuerySet["Panic"]):
    def visible_to(self, user: User) -> Self:
        """Whoever knows of teams: a colleague in danger is nobody's secret."""
        return self if user.has_perm("interventions.view_team") else self.none()

    def open(self) -> Self:
        return self.filter(status=Panic.Status.RAISED)


class Panic(Lifecycle):
    """A team in danger called for help: from the press of the button until dispatch says that it is over.

    Where the team was is copied when it pressed: the point (WGS84), how old that was (`position_at`, UTC)
    and the address nearest to it. `well_at` is when the team said that all is well, which ends nothing.
    """

    class Status(models.TextChoices):
        RAISED = "raised", _("Calls for help")
        OVER = "over", _("Over")

    MOVES = {Status.RAISED: {Status.OVER}}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="panics")
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="panics")
    status = models.CharField(max_length=6, choices=Status, default=Status.RAISED)
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    pressed_at = models.DateTimeField()
    times_pressed = models.PositiveIntegerField(default=1)
    well_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    position_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)

    objects = PanicQuerySet.as_manager()

    class Meta:
        verbose_name = _("panic alarm")
        verbose_name_plural = _("panic alarms")
        permissions = [
            ("raise_panic", _("Call for help in danger")),
            ("end_panic", _("Say that a team is out of danger")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["team"], condition=Q(status="raised"), name="interventions_one_panic_per_team"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.team}"

    @property
    def topic(self) -> str:
        return self.team.topic

    def press_again(self, *, by: User, at: datetime) -> None:
        """Pressed once more: whatever it said meanwhile, the team is in danger. The caller holds the row."""
        times = self.times_pressed + 1
        self._change("panic.pressed", by=by, at=at, pressed_at=at, times_pressed=times, well_at=None)

    def say_well(self, *, by: User, at: datetime) -> None:
        """The team says that all is well; dispatch still has to end it. The caller holds the row."""
        self._change("panic.well", by=by, at=at, well_at=at)

    def end(self, **how: Unpack[How]) -> None:
        self._move(self.Status.OVER, stamp="ended_at", **how)
