from __future__ import annotations

import uuid
from typing import Self, Unpack

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from carma import rows
from carma.accounts.models import User
from carma.errors import MoveNotAllowed
from carma.lifecycle import How, Lifecycle
from carma.visibility import VisibleQuerySet


class TeamQuerySet(VisibleQuerySet["Team"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("interventions.view_team") else self.none()

    def on_shift(self) -> Self:
        return self.exclude(status=Team.Status.OFF_DUTY)

    def named(self, keys: list[str], call_signs: list[str], devices: list[str]) -> Self:
        """Those known by one of these names."""
        return self.filter(Q(pk__in=keys) | Q(call_sign__in=call_signs) | Q(device__in=devices))


class Team(Lifecycle):
    """Two or more officers on one shift with a vehicle, a base and a sector.

    Busy or free follows from its open assignment, never from its status. `position_at` (UTC) says how
    old the point (WGS84) is. `device` is the name by which providers of positions know its radio.
    `crew` names everybody in it, members of the zone first, then the `guests` who have no login. `skills`
    are codes of `Skill`.
    The shift runs from `began_at` and is planned until `until_at`; `relieves` is the team it took over from.
    """

    class Status(models.TextChoices):
        AVAILABLE = "available", _("Available")
        OUT_OF_SERVICE = "out_of_service", _("Out of service")
        OFF_DUTY = "off_duty", _("Off duty")

    MOVES = {
        Status.AVAILABLE: {Status.OUT_OF_SERVICE, Status.OFF_DUTY},
        Status.OUT_OF_SERVICE: {Status.AVAILABLE, Status.OFF_DUTY},
        Status.OFF_DUTY: {Status.AVAILABLE},
    }

    WORDS = {
        "status": _("Status"),
        "crew": _("Crew"),
        "vehicle": _("Vehicle"),
        "equipment": _("Equipment"),
        "skills": _("Skills"),
        "sector": _("Sector"),
        "until_at": _("Until about"),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call_sign = models.CharField(max_length=12)
    base = models.CharField(max_length=40)
    sector = models.CharField(max_length=20, blank=True)
    crew = models.CharField(max_length=400, blank=True)
    guests = models.CharField(max_length=160, blank=True)
    vehicle = models.CharField(max_length=40, blank=True)
    equipment = models.CharField(max_length=200, blank=True)
    skills = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    device = models.CharField(max_length=40, blank=True)
    status = models.CharField(max_length=14, choices=Status, default=Status.AVAILABLE)
    began_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    relieves = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="relieved_by", db_index=False
    )
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    position_at = models.DateTimeField(null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        permissions = [
            ("operate_team", _("Put teams in and out of service")),
            ("lead_shift", _("Start, change and take over teams")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["call_sign"], condition=~Q(status="off_duty"), name="interventions_call_sign_on_shift"
            ),
            models.UniqueConstraint(
                fields=["device"],
                condition=~Q(status="off_duty") & ~Q(device=""),
                name="interventions_device_on_shift",
            ),
        ]

    def __str__(self) -> str:
        return self.call_sign

    @property
    def topic(self) -> str:
        return f"team:{self.sector}"

    def come_back(self, **how: Unpack[How]) -> None:
        """In service again, or at the start of a shift. Raises `MoveNotAllowed` for a call sign in use."""
        others = Team.objects.on_shift().exclude(pk=self.pk)
        if others.filter(call_sign=self.call_sign).exists():
            raise MoveNotAllowed(
                gettext("Another team on shift is called %(team)s. End that one's shift first.")
                % {"team": self}
            )
        holder = others.filter(device=self.device).first() if self.device else None
        if holder is not None:
            raise MoveNotAllowed(
                gettext("%(holder)s, on shift, has the device of %(team)s. End that one's shift first.")
                % {"holder": holder, "team": self}
            )
        self._move(self.Status.AVAILABLE, **how)

    def go_out_of_service(self, **how: Unpack[How]) -> None:
        self._move(self.Status.OUT_OF_SERVICE, **how)

    def go_off_duty(self, **how: Unpack[How]) -> None:
        """End the shift. Raises `MoveNotAllowed` while the team is on an incident."""
        with rows.one_transaction():
            self.hold()
            busy = self.assignments.open().select_related("incident").first()
            if busy is not None:
                told = {"team": self, "incident": busy.incident}
                raise MoveNotAllowed(
                    gettext("%(team)s is still on %(incident)s. Clear it there first.") % told
                )
            self._move(self.Status.OFF_DUTY, **how)
            self.places.filter(left_at=None).update(left_at=self.status_since)
