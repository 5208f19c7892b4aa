from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.accounts.models import User
from carma.actionfields.models import Labelled, Priority
from carma.visibility import VisibleQuerySet


class Skill(Labelled):
    """What a team on shift can do that not every team can; teams and response plans name it by code."""

    code = models.SlugField(max_length=20, primary_key=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["code"]


class ResponsePlanQuerySet(VisibleQuerySet["ResponsePlan"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("interventions.view_team") else self.none()

    def in_force(self, on: date | None = None) -> Self:
        """The plans of a local day (default today)."""
        on = on or clock.local(clock.now()).date()
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)


class ResponsePlan(models.Model):
    """How many teams an incident asks for and which skills they bring together.

    `about` is the code of an incident type (CRI-204), of a group of types (CRI-2), or empty for all.
    Without a `priority` it holds for each. Of the rows that fit, the one that says most counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    about = models.CharField(max_length=10, blank=True)
    priority = models.ForeignKey(Priority, models.PROTECT, null=True, blank=True, related_name="+")
    teams = models.PositiveSmallIntegerField()
    skills = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)

    objects = ResponsePlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("response plan")
        verbose_name_plural = _("response plans")
        constraints = [
            models.UniqueConstraint(
                fields=["about", "priority", "valid_from"],
                nulls_distinct=False,
                name="interventions_one_plan_per_start",
            ),
            models.CheckConstraint(condition=Q(teams__gte=1), name="interventions_plan_asks_a_team"),
        ]

    def __str__(self) -> str:
        priority = "*" if self.priority_id is None else self.priority_id
        return f"{self.about or '*'} {priority}: {self.teams}"
