from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.visibility import VisibleQuerySet


class TallyQuerySet(VisibleQuerySet["Tally"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("policy.view_tally") else self.none()


class Tally(models.Model):
    """How many incidents of one type one municipality had in one local month; a roll-up for reports.

    Cancelled and merged incidents do not count. Kept up to date by events: a cell is counted anew, so
    that an event heard twice or late changes nothing.
    """

    month = models.DateField()
    municipality = models.CharField(max_length=5, blank=True)
    type = models.CharField(max_length=10)
    count = models.PositiveIntegerField(default=0)

    objects = TallyQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly count")
        verbose_name_plural = _("monthly counts")
        constraints = [
            models.UniqueConstraint(
                fields=["month", "municipality", "type"], name="policy_one_tally_per_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.municipality} {self.type}: {self.count}"
