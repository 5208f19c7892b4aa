from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class TimerQuerySet(models.QuerySet["Timer"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, subject: models.Model) -> Self:
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))

    def due(self, at: datetime) -> Self:
        ready = Q(not_before=None) | Q(not_before__lte=at)
        return self.open().filter(ready, due_at__lte=at).order_by("due_at", "id")

    def overdue_by(self, late: timedelta, *, at: datetime) -> Self:
        return self.open().filter(due_at__lt=at - late)


class Timer(models.Model):
    """Something that must happen to a record by a moment, unless it is cancelled before.

    `about` tells apart timers of one kind on one record (one per assignment of an incident).
    A timer is a row so that nothing which dies can lose it; `due_at` is UTC.
    """

    class Outcome(models.TextChoices):
        FIRED = "fired", _("Fired")
        CANCELLED = "cancelled", _("Cancelled")
        DEAD = "dead", _("Given up")

    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True, default="")
    step = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    objects = TimerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "about"],
                condition=Q(ended_at=None),
                name="timers_one_open_per_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(ended_at=None), name="timers_timer_due"),
            models.Index(fields=["ended_at"], condition=Q(outcome="dead"), name="timers_timer_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_type} {self.subject_id}"


class Heartbeat(models.Model):
    """When each part of the engine last did its round, by the database clock."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
