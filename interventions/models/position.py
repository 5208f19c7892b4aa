from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.visibility import VisibleQuerySet
from interventions.models.team import Team


class PositionQuerySet(VisibleQuerySet["Position"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("interventions.view_track") else self.none()


class Position(models.Model):
    """Where a provider said a team was at a moment (UTC, point in WGS84); never changed afterwards.

    The table has a partition for each UTC day of `reported_at`, made ahead and dropped whole by the norm
    `position_kept`. No foreign key stands in the database: dropping a day would lock the teams for it.
    """

    pk = models.CompositePrimaryKey("team", "reported_at", "provider")
    team = models.ForeignKey(
        Team, models.DO_NOTHING, related_name="positions", db_constraint=False, db_index=False
    )
    reported_at = models.DateTimeField()
    provider = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    lat = models.FloatField()
    lon = models.FloatField()
    speed_kmh = models.FloatField(null=True, blank=True)
    heading = models.FloatField(null=True, blank=True)
    accuracy_m = models.FloatField(null=True, blank=True)

    objects = PositionQuerySet.as_manager()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        default_permissions = ()
        permissions = [
            ("report_position", _("Report where teams are")),
            ("view_track", _("See where teams have been")),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.reported_at}"
