from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from carma.policy.tallies import rebuild


class Command(BaseCommand):
    help = "Count the monthly roll-ups anew from the incidents, after an import."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild()} monthly counts")
