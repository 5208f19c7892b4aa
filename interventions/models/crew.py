from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from interventions.models.team import Team


class CrewPlace(models.Model):
    """A member of the zone in a team, from `joined_at` until `left_at` (UTC, None: still in it)."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="places")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="crew_places")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            # A person is in one team: the database refuses a second place.
            models.UniqueConstraint(
                fields=["person"], condition=Q(left_at=None), name="interventions_one_team_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.team}"
