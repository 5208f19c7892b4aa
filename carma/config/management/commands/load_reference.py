from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from carma.actionfields import load as actionfields
from carma.config import roles
from carma.norms import load as norms
from interventions import plans, positions


class Command(BaseCommand):
    help = (
        "Load or refresh the product's reference data (roles, priorities, incident types, norms, response "
        "plans), and make the coming days' room for positions."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{roles.load()} roles, {actionfields.load()} incident types, {norms.load()} norms")
        self.stdout.write(f"{plans.load()} response plans")
        positions.keep_days()
