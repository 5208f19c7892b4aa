from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carma.audit.chain import breaks
from carma.audit.models import Entry


class Command(BaseCommand):
    help = "Check the audit trail's hash chain and its anchors; fails when anything was changed or cut."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(breaks())
        for each in found:
            self.stderr.write(f"entry {each.seq}: {each.why}")
        if found:
            raise CommandError(f"the audit trail does not hold in {len(found)} places")
        self.stdout.write(f"{Entry.objects.count()} entries, the chain holds")
