from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.visibility import VisibleQuerySet


class SectorClaimQuerySet(VisibleQuerySet["SectorClaim"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("interventions.view_team") else self.none()

    def in_force(self, at: datetime) -> Self:
        """Those not given up whose shift and session last: signing out needs nobody to say so."""
        session = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
        lasts = Q(until_at=None) | Q(until_at__gt=at)
        return self.filter(lasts, Q(session_key="") | Exists(session), ended_at=None)


class SectorClaim(models.Model):
    """One dispatcher dispatches one sector, from `since_at` until it is given up or taken by another.

    It ends by itself with the session it was taken in, and at `until_at`: the end of the turn of duty.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sector = models.CharField(max_length=20)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="sector_claims", db_index=False
    )
    session_key = models.CharField(max_length=40, blank=True)
    since_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = SectorClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("sector taken")
        verbose_name_plural = _("sectors taken")
        default_permissions = ()
        constraints = [
            # A sector has one dispatcher: of two who take it at once the database refuses one.
            models.UniqueConstraint(
                fields=["sector"], condition=Q(ended_at=None), name="interventions_one_claim_per_sector"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sector}: {self.person}"

    @property
    def topic(self) -> str:
        return f"team:{self.sector}"
