from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.incidents import phones
from carma.incidents.models.incident import Incident
from carma.visibility import VisibleQuerySet


class CallQuerySet(VisibleQuerySet["Call"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(incident__in=Incident.objects.visible_to(user))


class Call(models.Model):
    """One contact asking for police. Many calls may tell of one incident.

    `received_at` is when it reached the zone, `cic_received_at` when it reached the provincial centre
    before that; both UTC. `import_key` is the number it bore in the system it was imported from.
    `taken_for` is the incident it was taken for, when that was merged into the one it belongs to now.
    """

    class Channel(models.TextChoices):
        CIC_101 = "cic_101", _("101 (CIC)")
        CIC_112 = "cic_112", _("112 (CIC)")
        ZONE = "zone", _("Zone number")
        DESK = "desk", _("Front desk")
        WEB = "web", _("Web form")
        EMAIL = "email", _("E-mail")
        RADIO = "radio", _("Radio")
        OWN_INITIATIVE = "own_initiative", _("Own observation")
        ALARM = "alarm", _("Alarm centre")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="calls")
    channel = models.CharField(max_length=14, choices=Channel, default=Channel.ZONE)
    received_at = models.DateTimeField()
    cic_received_at = models.DateTimeField(null=True, blank=True)
    caller_name = models.CharField(max_length=120, blank=True)
    caller_phone = models.CharField(max_length=30, blank=True)
    phone_digits = models.GeneratedField(
        expression=phones.dialled_in_database("caller_phone"),
        output_field=models.CharField(max_length=30),
        db_persist=True,
    )
    words = models.TextField(blank=True)
    import_key = models.CharField(max_length=80, blank=True)
    taken_for = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [
            models.Index(fields=["-received_at", "id"], name="incidents_call_newest"),
            models.Index(
                fields=["phone_digits", "-received_at"],
                condition=~Q(phone_digits=""),
                name="incidents_call_phone",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["import_key"], condition=~Q(import_key=""), name="incidents_call_imported_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.received_at:%H:%M}"
