from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from carma import clock
from carma.accounts.models import User
from carma.api import tokens
from carma.errors import InvalidInput


class Command(BaseCommand):
    help = "Make a service token and print its secret, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("owner", help="user name of the member the token acts as")
        parser.add_argument("name", help="what the token is for")
        parser.add_argument("--scopes", required=True, help="permissions, such as incidents.view_incident,…")
        parser.add_argument("--days", type=int, default=90, help="days until it expires, 366 at most")
        parser.add_argument("--networks", default="", help="CIDR blocks it may come from, with commas")
        parser.add_argument("--rate", type=int, help="requests a minute, when not the usual limit")

    def handle(self, *args: Any, **told: Any) -> None:
        owner = User.objects.filter(username=told["owner"], is_active=True).first()
        if owner is None:
            raise CommandError(f"There is no active member {told['owner']}.")
        try:
            _token, secret = tokens.make(
                owner,
                name=told["name"],
                scopes=_words(told["scopes"]),
                networks=_words(told["networks"]),
                rate_per_minute=told["rate"],
                expires_at=clock.now() + timedelta(days=told["days"]),
                by=None,
            )
        except (InvalidInput, OverflowError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]
