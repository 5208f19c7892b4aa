from __future__ import annotations

import csv
from pathlib import Path

from carma.norms.models import Norm

FILE = Path(__file__).parent / "reference" / "norms.csv"


def load() -> int:
    """Add the default norms that are missing; one that the zone edited stays. Answers how many there are."""
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = {"key": row["key"], "valid_from": row["valid_from"]}
            Norm.objects.get_or_create(
                **key, defaults={"value": row["value"], "unit": row["unit"], "source": row["source"]}
            )
    return Norm.objects.count()
