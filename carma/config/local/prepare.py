"""Brings the database up to date in one interpreter: schema, catalogues, reference data, demo zone.

Run as `python -m carma.config.local.prepare`. Each part is skipped quickly when it is done already.
"""

from __future__ import annotations

import sys
import time

import django
from django.core.management import call_command, get_commands
from django.db import InterfaceError, OperationalError, connections
from django.db.migrations.exceptions import MigrationSchemaMissing
from django.db.migrations.executor import MigrationExecutor

COMMANDS = ("compile_catalogues", "load_reference", "load_demo")


def main() -> None:
    django.setup()
    try:
        prepare()
    except (InterfaceError, OperationalError, MigrationSchemaMissing) as error:
        sys.exit(f"the database gave up: {str(error).strip().splitlines()[0]}")


def prepare() -> None:
    if _migrations_are_due():
        _timed("migrate", database="owner", interactive=False)
    for name in COMMANDS:
        if name in get_commands():
            _timed(name)


def _migrations_are_due() -> bool:
    executor = MigrationExecutor(connections["owner"])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _timed(name: str, **options: object) -> None:
    begun = time.monotonic()
    call_command(name, verbosity=0, **options)
    sys.stdout.write(f"{name}: {time.monotonic() - begun:.1f} s\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
