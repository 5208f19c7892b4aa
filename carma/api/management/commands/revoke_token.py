from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carma.api import tokens
from carma.api.models import ServiceToken


class Command(BaseCommand):
    help = "Take a service token back, from its next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", help="the eight signs after “carma_”")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **told: Any) -> None:
        token = ServiceToken.objects.filter(prefix=told["prefix"]).first()
        if token is None:
            raise CommandError(f"There is no token {told['prefix']}.")
        tokens.revoke(token, by=None, reason=told["reason"])
        self.stdout.write(f"{token} has been revoked.")
