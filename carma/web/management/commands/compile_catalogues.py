from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from carma.web import catalogues


class Command(BaseCommand):
    help = "Compile the catalogues that changed since they were last compiled; part of setting up."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        for file in catalogues.compile_stale():
            self.stdout.write(f"compiled {file}")
