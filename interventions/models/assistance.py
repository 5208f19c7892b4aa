from __future__ import annotations

import uuid
from typing import Self, Unpack

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.lifecycle import How, Lifecycle
from carma.visibility import VisibleQuerySet
from interventions.models.assignment import Assignment


class AssistanceQuerySet(VisibleQuerySet["Assistance"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(assignment__in=Assignment.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(status=Assistance.Status.ASKED)


class Assistance(Lifecycle):
    """A team at work asks for another team beside it; `answer` is why dispatch can't send one."""

    class Urgency(models.TextChoices):
        URGENT = "urgent", _("Urgent: now")
        ROUTINE = "routine", _("When a team is free")

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked")
        SENT = "sent", _("A team is sent")
        DECLINED = "declined", _("Not granted")
        WITHDRAWN = "withdrawn", _("No longer needed")

    MOVES = {Status.ASKED: {Status.SENT, Status.DECLINED, Status.WITHDRAWN}}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="assistance")
    urgency = models.CharField(max_length=7, choices=Urgency)
    status = models.CharField(max_length=9, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=400, blank=True)

    objects = AssistanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for assistance")
        verbose_name_plural = _("requests for assistance")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(status="asked"),
                name="interventions_one_open_assistance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.assignment}"

    @property
    def topic(self) -> str:
        return self.assignment.topic

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.ASKED

    def change_urgency(self, urgency: str, *, by: User) -> None:
        """The caller holds the row."""
        self._change("assistance.urgency", by=by, urgency=urgency)

    def grant(self, **how: Unpack[How]) -> None:
        self._move(self.Status.SENT, stamp="ended_at", **how)

    def decline(self, **how: Unpack[How]) -> None:
        self._move(self.Status.DECLINED, stamp="ended_at", answer=how.get("reason", ""), **how)

    def withdraw(self, **how: Unpack[How]) -> None:
        self._move(self.Status.WITHDRAWN, stamp="ended_at", **how)
