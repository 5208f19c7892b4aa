from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.visibility import VisibleQuerySet


class TurnQuerySet(VisibleQuerySet["Turn"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("duty.view_turn") else self.none()

    def at(self, moment: datetime) -> Self:
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)


class Turn(models.Model):
    """One person on duty for one function, from `starts_at` until before `ends_at` (UTC)."""

    class Function(models.TextChoices):
        DISPATCH = "dispatch", _("Dispatch")
        DUTY_OFFICER = "duty_officer", _("Officer of duty")
        VICTIM_CARE = "victim_care", _("Victim care")
        RECHERCHE = "recherche", _("Recherche")
        ADMINISTRATIVE_OFFICER = "administrative_officer", _("Officer of administrative police")
        JUDICIAL_OFFICER = "judicial_officer", _("Officer of judicial police")

    function = models.CharField(max_length=24, choices=Function)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="turns")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_backup = models.BooleanField(default=False)

    objects = TurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn of duty")
        verbose_name_plural = _("turns of duty")
        ordering = ["starts_at", "is_backup", "id"]
        indexes = [models.Index(fields=["function", "ends_at"], name="duty_turn_current")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_turn_in_order"),
            ExclusionConstraint(
                name="duty_one_turn_per_person_and_function",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("function", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_at",
                            "ends_at",
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_function_display()}: {self.person}"
