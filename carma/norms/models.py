from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Norm(models.Model):
    """A legal term, target, retention period or product default, as a dated and sourced figure.

    `value` is in `unit`. The row in force on a day is the one whose validity holds that day; history
    keeps the former rows.
    """

    key = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=12, decimal_places=3)
    unit = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("norm")
        constraints = [models.UniqueConstraint(fields=["key", "valid_from"], name="norms_one_per_start")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value} {self.unit}"
