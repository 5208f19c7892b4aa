from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from carma.web import catalogues


class Command(BaseCommand):
    help = "Gather the strings to translate into locale/<language>/LC_MESSAGES/django.po."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        for language in catalogues.LANGUAGES:
            catalog = catalogues.update(language)
            missing = catalogues.untranslated(catalog, catalog)
            self.stdout.write(f"{language}: {len(catalog)} strings, {len(missing)} to translate")
