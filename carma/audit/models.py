from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from carma import clock
from carma.accounts.models import User
from carma.visibility import VisibleQuerySet


class EntryQuerySet(VisibleQuerySet["Entry"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("audit.view_entry") else self.none()


class Entry(models.Model):
    """Who did or saw what, when and why; written once, in the transaction of the deed.

    `at` is the moment of the deed as told, `recorded_at` the moment we heard it. `seq`, `prev` and
    `hash` are given by the database at COMMIT: SHA-256 over the entry before and this one, so that a
    change is found (`manage.py verify_audit`). The application's role may insert and read, no more.
    """

    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=64)
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=400, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    seq = models.BigIntegerField(null=True, editable=False)
    prev = models.BinaryField(null=True, editable=False)
    hash = models.BinaryField(null=True, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seq"], name="audit_entry_seq")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_entry_subject_at"),
            models.Index(fields=["actor", "-id"], name="audit_entry_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"
