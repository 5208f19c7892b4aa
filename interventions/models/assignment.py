from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Self, Unpack

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carma import rows
from carma.accounts.models import User
from carma.errors import MoveNotAllowed
from carma.incidents.models import Incident
from carma.lifecycle import How, Lifecycle
from carma.visibility import VisibleQuerySet
from interventions.models.team import Team


class AssignmentQuerySet(VisibleQuerySet["Assignment"]):
    def open(self) -> Self:
        return self.filter(status__in=Assignment.OPEN)

    def visible_to(self, user: User) -> Self:
        if not user.has_perm("interventions.view_assignment"):
            return self.none()
        if user.has_perm("incidents.view_every_incident"):
            return self
        return self.filter(incident__in=Incident.objects.visible_to(user))


class Assignment(Lifecycle):
    """One team sent to one incident, from the order to go until it is free again.

    Times are UTC and say when the deed was done, which may be before we heard of it. `heard_at` is when
    the team on scene last let itself be heard.
    """

    class Status(models.TextChoices):
        ASSIGNED = "assigned", _("Assigned")
        ACCEPTED = "accepted", _("Accepted")
        EN_ROUTE = "en_route", _("En route")
        ON_SCENE = "on_scene", _("On scene")
        CLEARED = "cleared", _("Cleared")
        REFUSED = "refused", _("Refused")
        ABORTED = "aborted", _("Aborted")

    OPEN = (Status.ASSIGNED, Status.ACCEPTED, Status.EN_ROUTE, Status.ON_SCENE)
    MOVES = {
        Status.ASSIGNED: {Status.ACCEPTED, Status.EN_ROUTE, Status.ON_SCENE, Status.REFUSED, Status.ABORTED},
        Status.ACCEPTED: {Status.EN_ROUTE, Status.ON_SCENE, Status.REFUSED, Status.ABORTED},
        Status.EN_ROUTE: {Status.ON_SCENE, Status.ABORTED},
        Status.ON_SCENE: {Status.CLEARED},
    }
    BACK = {
        Status.EN_ROUTE: {Status.ASSIGNED, Status.ACCEPTED},
        Status.ON_SCENE: {Status.ASSIGNED, Status.ACCEPTED, Status.EN_ROUTE},
        Status.CLEARED: {Status.ON_SCENE},
    }

    WORDS = {"status": _("Status"), "team": _("Team")}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="assignments")
    team = models.ForeignKey(Team, models.PROTECT, related_name="assignments")
    status = models.CharField(max_length=10, choices=Status, default=Status.ASSIGNED)
    assigned_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    en_route_at = models.DateTimeField(null=True, blank=True)
    on_scene_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        permissions = [
            ("assign_team", _("Send teams")),
            ("operate_assignment", _("Update team statuses")),
        ]
        indexes = [
            models.Index(fields=["-assigned_at", "id"], name="interventions_newest"),
            models.Index(
                fields=["team", "-ended_at"],
                condition=Q(ended_at__isnull=False),
                name="interventions_last_ended",
            ),
        ]
        constraints = [
            # A team is in one place: the database refuses a second open assignment.
            models.UniqueConstraint(
                fields=["team"],
                condition=Q(status__in=["assigned", "accepted", "en_route", "on_scene"]),
                name="interventions_one_open_assignment_per_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team} → {self.incident}"

    @property
    def topic(self) -> str:
        return self.incident.topic

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    def accept(self, **how: Unpack[How]) -> None:
        self._move(self.Status.ACCEPTED, stamp="accepted_at", **how)

    def depart(self, **how: Unpack[How]) -> None:
        self._move(self.Status.EN_ROUTE, stamp="en_route_at", **how)

    def arrive(self, **how: Unpack[How]) -> None:
        """Put the team on scene; allowed straight from ASSIGNED, as teams skip a button."""
        self._move(self.Status.ON_SCENE, stamp="on_scene_at", **how)

    def hear(self, **how: Unpack[How]) -> None:
        """Note that the team on scene is well; its status stays. Raises `MoveNotAllowed` elsewhere."""
        with rows.one_transaction():
            self.hold()
            self.expect_version(how.get("expect"))
            if self.status != self.Status.ON_SCENE:
                raise MoveNotAllowed(gettext("%(team)s is not on scene.") % {"team": self.team})
            reason = how.get("reason", "")
            at = self._moment(how.get("at"), reason)
            self._change("assignment.heard", by=how["by"], at=at, reason=reason, heard_at=at)

    def clear(self, **how: Unpack[How]) -> None:
        self._move(self.Status.CLEARED, stamp="ended_at", **how)

    def refuse(self, **how: Unpack[How]) -> None:
        self._move(self.Status.REFUSED, stamp="ended_at", **how)

    def abort(self, **how: Unpack[How]) -> None:
        self._move(self.Status.ABORTED, stamp="ended_at", **how)

    @property
    def response_time(self) -> timedelta | None:
        """From the order to go until on scene; None while under way."""
        return self.on_scene_at - self.assigned_at if self.on_scene_at else None
