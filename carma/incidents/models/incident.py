from __future__ import annotations

import re
import uuid
from typing import Self, Unpack

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.actionfields.models import IncidentType, Priority
from carma.incidents import phones
from carma.lifecycle import How, Lifecycle
from carma.visibility import VisibleQuerySet

REFERENCE = re.compile(r"^\s*(20\d\d)[-/ ]?0*(\d{1,7})\s*$")
PHONE = re.compile(r"^[+\d][\d\s./()-]{6,}$")


_OPEN = Q(status__in=["received", "qualified", "queued", "assigned", "en_route", "on_scene"])


class IncidentQuerySet(VisibleQuerySet["Incident"]):
    def visible_to(self, user: User) -> Self:
        """Every incident for dispatch, else those in the municipalities of the user's section."""
        if user.has_perm("incidents.view_every_incident"):
            return self
        if not user.has_perm("incidents.view_incident") or user.section is None:
            return self.none()
        return self.filter(municipality__in=user.section.municipalities)

    def open(self) -> Self:
        return self.filter(status__in=Incident.OPEN)

    def waiting(self) -> Self:
        return self.filter(status__in=Incident.WAITING)

    def planned(self) -> Self:
        """Asked for a moment that is still to come."""
        return self.filter(status=Incident.Status.PLANNED)

    def reporting(self) -> Self:
        """The team is free, the document that the result asks for is still to come."""
        return self.filter(status=Incident.Status.REPORTING)

    def search(self, text: str) -> Self:
        """Find by number, by the caller's phone, or by words of the record in Dutch word forms."""
        number = REFERENCE.match(text)
        if number:
            return self.filter(reference=f"{number[1]}-{int(number[2]):06}")
        if PHONE.match(text):
            return self.filter(calls__phone_digits=phones.dialled(text)).distinct()
        return self.filter(search=SearchQuery(text, config="dutch", search_type="websearch"))


class Incident(Lifecycle):
    """One event in the real world: one type, one place, one priority, any number of calls and teams.

    What was asked for a later moment is `planned` until that comes (`planned_for`). Its status follows from
    its teams between `assigned` and `cleared`. Municipality, sector and wijk
    are codes copied when the place was written, since borders change and history must not. Moments
    are UTC; each keeps the first time it happened.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RECEIVED = "received", _("Received")
        QUALIFIED = "qualified", _("Qualified")
        QUEUED = "queued", _("Queued")
        ASSIGNED = "assigned", _("Assigned")
        EN_ROUTE = "en_route", _("En route")
        ON_SCENE = "on_scene", _("On scene")
        CLEARED = "cleared", _("Cleared")
        REPORTING = "reporting", _("Reporting")
        CLOSED = "closed", _("Closed")
        CANCELLED = "cancelled", _("Cancelled")
        MERGED = "merged", _("Merged")

    class Sphere(models.TextChoices):
        ADMINISTRATIVE = "administrative", _("Administrative")
        JUDICIAL = "judicial", _("Judicial")

    class Result(models.TextChoices):
        PV = "pv", _("Official report (PV)")
        VPV = "vpv", _("Simplified report (VPV)")
        GAS = "gas", _("Municipal sanction report (GAS)")
        RIR = "rir", _("Information report (RIR)")
        MEDIATION = "mediation", _("Mediation")
        ADVICE = "advice", _("Advice")
        NOTHING_FOUND = "nothing_found", _("Nothing found")
        HANDED_OVER = "handed_over", _("Handed over")

    class Cancelled(models.TextChoices):
        FALSE_CALL = "false_call", _("False call")
        WRONG_ZONE = "wrong_zone", _("Other zone (name it)")
        ADVICE_BY_PHONE = "advice_by_phone", _("Advice by phone was enough")
        CALLED_OFF = "called_off", _("Called off by the caller")

    WAITING = (Status.RECEIVED, Status.QUALIFIED, Status.QUEUED)
    WITH_TEAM = (Status.ASSIGNED, Status.EN_ROUTE, Status.ON_SCENE)
    OPEN = (*WAITING, *WITH_TEAM)
    WITH_DOCUMENT = (Result.PV, Result.VPV, Result.GAS, Result.RIR)
    MOVES = {
        Status.PLANNED: {Status.QUALIFIED, Status.CANCELLED},
        Status.RECEIVED: {Status.QUALIFIED, Status.CANCELLED, Status.MERGED},
        Status.QUALIFIED: {Status.QUEUED, Status.ASSIGNED, Status.CANCELLED, Status.MERGED},
        Status.QUEUED: {Status.ASSIGNED, Status.CANCELLED, Status.MERGED},
        Status.ASSIGNED: {Status.EN_ROUTE, Status.ON_SCENE, Status.QUEUED},
        Status.EN_ROUTE: {Status.ON_SCENE, Status.ASSIGNED, Status.QUEUED},
        Status.ON_SCENE: {Status.CLEARED},
        Status.CLEARED: {Status.ASSIGNED, Status.REPORTING, Status.CLOSED, Status.MERGED},
        Status.REPORTING: {Status.ASSIGNED, Status.CLOSED, Status.MERGED},
        Status.CLOSED: {Status.REPORTING, Status.QUEUED},
        Status.CANCELLED: {Status.QUEUED, Status.RECEIVED},
        Status.MERGED: {Status.RECEIVED, Status.QUALIFIED, Status.QUEUED, Status.CLEARED, Status.REPORTING},
    }

    WORDS = {
        "status": _("Status"),
        "type": _("Type"),
        "priority": _("Priority"),
        "place": _("Place"),
        "result": _("Result"),
        "pv_number": _("PV number"),
        "cancelled_because": _("Cancelled"),
        "merged_into": _("Merged into"),
        "deferred_reason": _("Told to wait"),
        "planned_for": _("Planned for"),
    }
    BACK = {
        Status.EN_ROUTE: {Status.ASSIGNED},
        Status.ON_SCENE: {Status.ASSIGNED, Status.EN_ROUTE},
        Status.CLEARED: {Status.ON_SCENE},
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, editable=False)
    type = models.ForeignKey(
        IncidentType, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    priority = models.ForeignKey(
        Priority, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    sphere = models.CharField(max_length=14, choices=Sphere, default=Sphere.ADMINISTRATIVE)
    urgent = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVED)

    received_at = models.DateTimeField()
    planned_for = models.DateTimeField(null=True, blank=True)
    qualified_at = models.DateTimeField(null=True, blank=True)
    assigned_at = models.DateTimeField(null=True, blank=True)
    en_route_at = models.DateTimeField(null=True, blank=True)
    on_scene_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    description = models.TextField(blank=True)
    place = models.CharField(max_length=200, blank=True)
    address_id = models.BigIntegerField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    municipality = models.CharField(max_length=5, blank=True)
    sector = models.CharField(max_length=20, blank=True)
    wijk = models.CharField(max_length=20, blank=True)
    attributes = ArrayField(models.CharField(max_length=20), default=list, blank=True)

    result = models.CharField(max_length=14, choices=Result, blank=True)
    pv_number = models.CharField(max_length=30, blank=True)
    no_pv_reason = models.CharField(max_length=200, blank=True)
    cancelled_because = models.CharField(max_length=16, choices=Cancelled, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    deferred_reason = models.CharField(max_length=200, blank=True)
    deferral_told_at = models.DateTimeField(null=True, blank=True)

    search = models.GeneratedField(
        expression=SearchVector("reference", "description", "place", config="dutch"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        permissions = [
            ("view_every_incident", _("See every incident")),
            ("take_call", _("Take calls")),
            ("qualify_incident", _("Qualify incidents and set their priority")),
            ("cancel_incident", _("Cancel incidents")),
            ("merge_incident", _("Merge incidents")),
            ("unmerge_incident", _("Take merged incidents apart again")),
            ("link_incident", _("Link incidents")),
            ("close_incident", _("Close incidents")),
            ("reopen_incident", _("Reopen incidents")),
            ("note_incident", _("Write notes on incidents")),
        ]
        indexes = [
            models.Index(fields=["-received_at", "id"], name="incidents_newest"),
            models.Index(fields=["municipality", "type", "received_at"], name="incidents_cell"),
            # Open work stays in small indexes, so that a growing history costs the board nothing.
            models.Index(
                fields=["priority", "received_at"],
                condition=_OPEN,
                name="incidents_open",
            ),
            models.Index(
                fields=["-received_at", "id"],
                condition=_OPEN,
                name="incidents_open_newest",
            ),
            models.Index(
                fields=["cleared_at"], condition=Q(status="cleared"), name="incidents_without_result"
            ),
            models.Index(
                fields=["cleared_at"], condition=Q(status="reporting"), name="incidents_document_due"
            ),
            models.Index(fields=["lat", "lon"], name="incidents_at_place"),
            models.Index(fields=["planned_for"], condition=Q(status="planned"), name="incidents_planned"),
            GinIndex(fields=["search"], name="incidents_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="received")
                | Q(type__isnull=False)
                | Q(status__in=["cancelled", "merged"]),
                name="incidents_type_once_qualified",
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into=None)),
                name="incidents_merged_into_master",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | ~Q(result=""), name="incidents_result_once_closed"
            ),
            models.CheckConstraint(
                condition=~Q(status="planned") | Q(planned_for__isnull=False),
                name="incidents_planned_for_when",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def topic(self) -> str:
        return f"incident:{self.municipality}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def is_waiting(self) -> bool:
        return self.status in self.WAITING

    def assign(self, **how: Unpack[How]) -> None:
        """A first team got the order to go."""
        self._move(self.Status.ASSIGNED, stamp="assigned_at", **how)

    def depart(self, **how: Unpack[How]) -> None:
        self._move(self.Status.EN_ROUTE, stamp="en_route_at", **how)

    def arrive(self, **how: Unpack[How]) -> None:
        """The first team's arrival; with `received_at` it gives the response time."""
        self._move(self.Status.ON_SCENE, stamp="on_scene_at", **how)

    def clear(self, **how: Unpack[How]) -> None:
        self._move(self.Status.CLEARED, stamp="cleared_at", **how)

    def put_back(self, **how: Unpack[How]) -> None:
        """No team is on it any more and none arrived: it waits again."""
        self._move(self.Status.QUEUED, **how)
