from __future__ import annotations

from django.conf import settings
from django.db import models

from carma.incidents.models.incident import Incident


class Presence(models.Model):
    """Somebody has an incident open, as their page said last; `verb` is what they are filling in.

    No fact of the record: it leaves no trace, and the table is not written to the database's log.
    """

    pk = models.CompositePrimaryKey("incident", "person")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    seen_at = models.DateTimeField()
    verb = models.CharField(max_length=20, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} {self.incident_id}"
