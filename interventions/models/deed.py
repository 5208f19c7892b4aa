from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models

from carma.accounts.models import User
from carma.visibility import VisibleQuerySet


class DeedQuerySet(VisibleQuerySet["Deed"]):
    def visible_to(self, user: User) -> Self:
        """One's own: nobody takes back what another did."""
        return self.filter(by=user)


class Deed(models.Model):
    """What somebody did with the command bar, kept an hour so that it is done once and can be undone.

    The key is that of the preview it came from. `was` holds what its records said before (None: it can't
    be undone), `before` and `after` the version of every record concerned just before and after it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    command = models.CharField(max_length=12)
    incident = models.ForeignKey(
        "incidents.Incident", models.CASCADE, null=True, related_name="+", db_index=False
    )
    assignment = models.ForeignKey(
        "interventions.Assignment", models.CASCADE, null=True, related_name="+", db_index=False
    )
    said = models.CharField(max_length=300, blank=True)
    was = models.JSONField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = DeedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-at"]
        indexes = [models.Index(fields=["by", "-at"], name="interventions_latest_deed")]

    def __str__(self) -> str:
        return self.said
