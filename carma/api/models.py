from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from carma import clock
from carma.accounts.models import User
from carma.visibility import VisibleQuerySet

LONGEST_LIFE = timedelta(days=366)


class ServiceTokenQuerySet(VisibleQuerySet["ServiceToken"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("api.view_servicetoken") else self.filter(owner=user)


class ServiceToken(models.Model):
    """A key to the API for a program that acts as `owner`, narrowed to `scopes`.

    The secret is shown once, when made; only its SHA-256 stays. `prefix` names the token in lists
    and logs. `networks` are the CIDR blocks it may come from; none means from anywhere.
    """

    prefix = models.CharField(max_length=8, unique=True)
    digest = models.BinaryField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="service_tokens")
    scopes = ArrayField(models.CharField(max_length=120))
    networks = ArrayField(models.CharField(max_length=43), default=list, blank=True)
    rate_per_minute = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ServiceTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("service token")
        verbose_name_plural = _("service tokens")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST_LIFE),
                name="api_token_lives_a_year_at_most",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"


class Answer(models.Model):
    """What a write with an `Idempotency-Key` was answered, so that asking again changes nothing.

    The row is inserted before the deed and in its transaction: a second request with the same key
    waits for the first, and a refused deed leaves no row.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="api_one_answer_per_key")]
        indexes = [BrinIndex(fields=["at"], name="api_answer_at")]

    def __str__(self) -> str:
        return self.key


class Lease(models.Model):
    """How many requests of one minute the processes together have set aside for a caller."""

    minute = models.DateTimeField()
    caller = models.CharField(max_length=80)
    taken = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["minute", "caller"], name="api_one_lease_per_minute")]

    def __str__(self) -> str:
        return f"{self.caller} {self.minute:%H:%M}"
