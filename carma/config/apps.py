from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConfigConfig(AppConfig):
    """The composition root: last in INSTALLED_APPS, so that every model stands when apps plug in."""

    name = "carma.config"
    label = "config"

    def ready(self) -> None:
        autodiscover_modules("contributions")
