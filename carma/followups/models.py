from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self, Unpack

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carma import rows
from carma.accounts.models import User
from carma.incidents.models import Incident
from carma.lifecycle import How, Lifecycle
from carma.visibility import VisibleQuerySet


class FollowUpQuerySet(VisibleQuerySet["FollowUp"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(incident__in=Incident.objects.visible_to(user))


class FollowUp(Lifecycle):
    """What is asked after an incident, from one service, by a set time; a proposal until it is taken.

    `confirmed_at` (UTC) is when whoever closed the incident said that it is needed.
    """

    class Kind(models.TextChoices):
        VICTIM_CARE = "victim_care", _("Victim care")
        INVESTIGATION = "investigation", _("Investigation")
        NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
        PREVENTION = "prevention", _("Prevention")

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked")
        TAKEN = "taken", _("Taken")
        DONE = "done", _("Done")
        DECLINED = "declined", _("Declined")

    MOVES = {
        Status.ASKED: {Status.TAKEN, Status.DECLINED},
        Status.TAKEN: {Status.DONE, Status.DECLINED},
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="follow_ups")
    kind = models.CharField(max_length=14, choices=Kind)
    status = models.CharField(max_length=8, choices=Status, default=Status.ASKED)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        permissions = [
            ("ask_followup", _("Ask for a follow-up")),
            ("answer_followup", _("Take, finish or decline follow-ups")),
        ]
        constraints = [models.UniqueConstraint(fields=["incident", "kind"], name="followups_one_per_kind")]
        indexes = [
            models.Index(fields=["-asked_at", "id"], name="followups_newest"),
            models.Index(
                fields=["kind", "due_at"], condition=Q(status__in=["asked", "taken"]), name="followups_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.incident}"

    @property
    def topic(self) -> str:
        return self.incident.topic

    @property
    def is_answered(self) -> bool:
        """Whether somebody said yes or no to it, here or in the service itself."""
        return self.confirmed_at is not None or self.status != self.Status.ASKED

    def confirm(self, *, by: User | None, at: datetime) -> None:
        """It is needed, says who closes the incident; its service still decides."""
        with rows.one_transaction():
            self.hold()
            self._change("followup.confirmed", by=by, at=at, confirmed_at=at)

    def take(self, **how: Unpack[How]) -> None:
        self._move(self.Status.TAKEN, **how)

    def finish(self, **how: Unpack[How]) -> None:
        self._move(self.Status.DONE, stamp="ended_at", **how)

    def decline(self, **how: Unpack[How]) -> None:
        self._move(self.Status.DECLINED, stamp="ended_at", **how)
