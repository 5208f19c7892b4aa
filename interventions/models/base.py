from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Base(models.Model):
    """A station from which teams leave; teams name it. The point is WGS84."""

    name = models.CharField(max_length=40, primary_key=True)
    lat = models.FloatField()
    lon = models.FloatField()
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("base")
        verbose_name_plural = _("bases")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
