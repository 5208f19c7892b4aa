from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from carma import clock


class Labelled(models.Model):
    """A row of reference data with a label in each language of the zone."""

    label_nl = models.CharField(max_length=120)
    label_fr = models.CharField(max_length=120)
    label_en = models.CharField(max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the active language; Dutch when there is none."""
        language = (get_language() or "nl")[:2]
        return str(getattr(self, f"label_{language}", self.label_nl))


class ActionField(Labelled):
    """One of the mission's four fields, or `hulp`, which counts under bestuurlijke_tussenkomsten."""

    code = models.SlugField(max_length=30, primary_key=True)
    counts_under = models.ForeignKey("self", models.PROTECT, null=True, blank=True)


class Priority(Labelled):
    """A Belgian priority code, 0 the highest, with its timers and target in seconds; None: no timer."""

    code = models.PositiveSmallIntegerField(primary_key=True)
    urgent = models.BooleanField()
    unassigned_warn_s = models.PositiveIntegerField(null=True, blank=True)
    unassigned_escalate_s = models.PositiveIntegerField(null=True, blank=True)
    not_en_route_warn_s = models.PositiveIntegerField(null=True, blank=True)
    not_en_route_escalate_s = models.PositiveIntegerField(null=True, blank=True)
    not_on_scene_warn_s = models.PositiveIntegerField(null=True, blank=True)
    not_on_scene_escalate_s = models.PositiveIntegerField(null=True, blank=True)
    on_scene_contact_warn_s = models.PositiveIntegerField(null=True, blank=True)
    on_scene_contact_escalate_s = models.PositiveIntegerField(null=True, blank=True)
    target_on_scene_s = models.PositiveIntegerField(null=True, blank=True)
    kpi_percentile = models.PositiveSmallIntegerField(default=90)
    basis = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("priority")
        verbose_name_plural = _("priorities")

    def term(self, watch: str, stage: str) -> timedelta | None:
        """How long after its start `watch` (unassigned, not_en_route, …) reaches `stage` (warn, escalate)."""
        seconds = getattr(self, f"{watch}_{stage}_s")
        return None if seconds is None else timedelta(seconds=seconds)


class IncidentTypeQuerySet(models.QuerySet["IncidentType"]):
    def in_force(self, on: date | None = None) -> Self:
        """The types of a local day (default today), each with its default priority."""
        on = on or clock.local(clock.now()).date()
        current = models.Q(valid_to=None) | models.Q(valid_to__gt=on)
        return self.filter(current, valid_from__lte=on).select_related("default_priority")


class IncidentType(Labelled):
    """What an incident can be. A used type is never deleted, but ends.

    `group` gathers types that are told in the same words (CRI-2: theft and burglary), for duplicates.
    `triggers` name the follow-ups that are proposed.
    """

    code = models.CharField(max_length=10, primary_key=True)
    action_field = models.ForeignKey(ActionField, models.PROTECT, related_name="types")
    default_priority = models.ForeignKey(Priority, models.PROTECT, related_name="+")
    urgent = models.BooleanField()
    triggers = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    level = models.CharField(max_length=12)
    sphere = models.CharField(max_length=14)
    group = models.CharField(max_length=6)
    is_planned = models.BooleanField(default=False)
    synonyms = models.TextField(blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = IncidentTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident type")
        verbose_name_plural = _("incident types")
        ordering = ["code"]


class Question(Labelled):
    """What a dispatcher asks the caller once the type is known, in this order."""

    type = models.ForeignKey(IncidentType, models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["type", "order"]
        constraints = [
            models.UniqueConstraint(fields=["type", "order"], name="actionfields_question_in_order")
        ]
