from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import Section
from carma.incidents.models.incident import Incident
from carma.persons.models import Person


class Note(models.Model):
    """One entry of the narrative. Never changed; a correction is a new note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    text = models.TextField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:60]


class Party(models.Model):
    """What a person is in one incident, from when until when; a change of role is a new row."""

    class Role(models.TextChoices):
        SUSPECT = "suspect", _("Suspect")
        VICTIM = "victim", _("Victim")
        WITNESS = "witness", _("Witness")
        REPORTER = "reporter", _("Reporter")
        MISSING = "missing", _("Missing person")
        CONTACT = "contact", _("Contact")
        OTHER = "other", _("Other person involved")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="parties")
    person = models.ForeignKey(Person, models.PROTECT, related_name="parties")
    role = models.CharField(max_length=8, choices=Role)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "person", "role"],
                condition=Q(until_at=None),
                name="incidents_party_role_once",
            ),
            models.CheckConstraint(
                condition=Q(until_at=None) | Q(until_at__gte=F("from_at")), name="incidents_party_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()})"


class Milestone(models.Model):
    """What one service wants others to know of an incident; written by the app that knows."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="milestones")
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    section = models.ForeignKey(Section, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "kind"], name="incidents_milestone_once")]

    def __str__(self) -> str:
        return self.kind
