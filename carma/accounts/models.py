from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, Permission
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Section(models.Model):
    """A part of the zone's organisation: a base, a wijk office, recherche.

    `municipalities` are NIS codes: the places whose work its members see without seeing all.
    """

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    municipalities = ArrayField(models.CharField(max_length=5), default=list, blank=True)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A member of the zone. Roles are Groups; a role's permissions say which verbs it may use.

    `scopes` narrows what a service token may do with its owner's roles; None means not narrowed.
    """

    class Theme(models.TextChoices):
        DARK = "dark", _("Dark")
        LIGHT = "light", _("Light")
        AUTO = "auto", _("As the device")

    class Language(models.TextChoices):
        DUTCH = "nl", "Nederlands"
        FRENCH = "fr", "Français"
        ENGLISH = "en", "English"

    section = models.ForeignKey(Section, models.PROTECT, null=True, blank=True, related_name="members")
    language = models.CharField(max_length=2, choices=Language, default=Language.DUTCH)
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.DARK)
    single_keys = models.BooleanField(_("single-letter shortcuts"), default=True)

    scopes: frozenset[str] | None = None

    @cached_property
    def role_permissions(self) -> frozenset[str]:
        """What this user's roles allow, as `app.codename`; one query for the life of the object."""
        rows = Permission.objects.filter(group__user=self.pk).order_by()
        return frozenset(
            f"{app}.{code}" for app, code in rows.values_list("content_type__app_label", "codename")
        )

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Roles alone decide: there is no superuser short cut to the trade's records."""
        if not self.is_active or (self.scopes is not None and perm not in self.scopes):
            return False
        return perm in self.role_permissions

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username
