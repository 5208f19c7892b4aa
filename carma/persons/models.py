from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from carma.accounts.models import User
from carma.visibility import VisibleQuerySet


class PersonQuerySet(VisibleQuerySet["Person"]):
    def visible_to(self, user: User) -> Self:
        return self if user.has_perm("persons.view_person") else self.none()


class Person(models.Model):
    """Someone the zone deals with, stored once. What they are in a case stands on the link, never here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    first_name = models.CharField(max_length=120, blank=True)
    born_on = models.DateField(null=True, blank=True)
    phone = models.CharField(max_length=30, blank=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")

    def __str__(self) -> str:
        return f"{self.first_name} {self.name}".strip()
