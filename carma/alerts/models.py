from __future__ import annotations

import uuid
from typing import Self, Unpack

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carma import rows
from carma.accounts.models import User
from carma.alerts import kinds
from carma.errors import MoveNotAllowed
from carma.lifecycle import How, Lifecycle
from carma.timers.actions import cancel_timers
from carma.visibility import VisibleQuerySet

REPEAT = "alert.repeat"


class AlertQuerySet(VisibleQuerySet["Alert"]):
    def visible_to(self, user: User) -> Self:
        """Every alert for those who watch the zone, else one's own."""
        if user.has_perm("alerts.view_every_alert"):
            return self
        return self.filter(recipients=user) if user.has_perm("alerts.view_alert") else self.none()

    def on(self, subject: models.Model, *of_kinds: str) -> Self:
        """Those of these kinds on a record, the newest first."""
        subjects = self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))
        return subjects.filter(kind__in=of_kinds).order_by("-raised_at", "-status_since", "id")

    def raised_on(self, subject: models.Model, *of_kinds: str) -> Self:
        return self.on(subject, *of_kinds).filter(status=Alert.Status.RAISED)

    def sounding(self) -> Self:
        """What nobody acknowledged yet: what has a sound of its own before all else, then by priority."""
        loud = Case(When(kind__in=kinds.LOUD, then=0), default=1)
        return self.filter(status=Alert.Status.RAISED).order_by(loud, "priority", "raised_at", "id")

    def past(self) -> Self:
        """What no longer sounds, newest first."""
        return self.exclude(status=Alert.Status.RAISED).order_by("-raised_at", "id")


class Alert(Lifecycle):
    """Something a person on duty must acknowledge by name; it repeats and climbs until then.

    `text` is a source string of the catalogue and `facts` what it names: references, never personal
    data. `level` is the step of the ladder that was told last.
    """

    class Status(models.TextChoices):
        RAISED = "raised", _("Not acknowledged")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SETTLED = "settled", _("No longer needed")

    MOVES = {Status.RAISED: {Status.ACKNOWLEDGED, Status.SETTLED}}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    about = models.CharField(max_length=64, blank=True, default="")
    priority = models.PositiveSmallIntegerField(default=2)
    text = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)
    status = models.CharField(max_length=12, choices=Status, default=Status.RAISED)
    raised_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField()
    times_told = models.PositiveIntegerField(default=1)
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="alerts")
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=20, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        permissions = [
            ("view_every_alert", _("See every alert")),
            ("acknowledge_alert", _("Acknowledge alerts")),
        ]
        indexes = [
            models.Index(
                fields=["priority", "raised_at"], condition=Q(status="raised"), name="alerts_sounding"
            ),
            models.Index(fields=["subject_type", "subject_id"], name="alerts_subject"),
            models.Index(fields=["-raised_at", "id"], name="alerts_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id", "about"],
                condition=Q(status="raised"),
                name="alerts_one_raised_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.message

    @property
    def topic(self) -> str:
        return "alert:all"

    @property
    def sound(self) -> str:
        """The sound this kind has for itself alone, or none."""
        return kinds.of(self.kind).sound

    @property
    def message(self) -> str:
        """The text in the active language."""
        return str(gettext(self.text) % self.facts)

    def acknowledge(self, *, channel: str = "screen", **how: Unpack[How]) -> None:
        """Take the alert upon oneself, by name. Raises `MoveNotAllowed` when someone already did."""
        with rows.one_transaction():
            self.hold()  # of two who press at once, the second is told who was first
            if self.acknowledged_by is not None:
                name = self.acknowledged_by.display_name
                raise MoveNotAllowed(gettext("%(name)s already acknowledged this alert.") % {"name": name})
            self._move(
                self.Status.ACKNOWLEDGED,
                stamp="acknowledged_at",
                **how,
                acknowledged_by=how["by"],
                channel=channel,
            )
            cancel_timers(self, REPEAT, at=self.status_since)

    def settle(self, **how: Unpack[How]) -> None:
        """The reason for the alert is gone before anyone acknowledged it."""
        self._move(self.Status.SETTLED, **how)
        cancel_timers(self, REPEAT, at=self.status_since)
