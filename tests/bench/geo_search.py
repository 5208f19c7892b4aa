"""How fast places are found among 100,000 addresses: `python -m tests.bench.geo_search [FOLDER]`.

FOLDER holds open data (see `manage.py load_geo`); without it the zone is generated. What is short of 100,000
is filled up with the same addresses in streets of another name. Questions are asked as dispatchers type them,
mistakes included, one after the other over one connection.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from django.db import connection

from carma.geo import copies, names
from carma.geo.actions import load_demo, load_folder
from carma.geo.addresses import nearest, search
from carma.geo.loading.stock import measure_streets
from carma.geo.models import Address, LayerStamp, Street
from carma.geo.places import locate
from tests import services

ADDRESSES = 100_000
QUESTIONS = 300  # of each kind
ONSETS = ("ba", "de", "ki", "lo", "mu", "ne", "pra", "ro", "sche", "ta", "vlo", "wi", "zu", "eik", "hoe")

Question = Callable[[], object]


def fill_up(random: Random) -> None:
    """Copy streets with their addresses under another name until there are ADDRESSES."""
    short = ADDRESSES - Address.objects.count()
    streets = list(Street.objects.order_by("id"))
    copied: list[tuple[int, Street]] = []
    while short > 0:
        street = random.choice(streets)
        name = f"{random.choice(ONSETS)}{random.choice(ONSETS)}{street.name[2:].lower()}".capitalize()
        copied.append(
            (street.pk, Street(municipality=street.municipality, postcode=street.postcode, name=name))
        )
        short -= street.live
    made = {(s.municipality, s.postcode, s.name): (pk, s) for pk, s in copied}
    for _pk, street in made.values():
        street.key = names.search_key(street.name)
    Street.objects.bulk_create(street for _pk, street in made.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO geo_address (street, street_ref_id, number, number_key, number_int, box, postcode,
                                     municipality, lat, lon, sector, wijk, source, source_id)
            SELECT n.name, n.id, a.number, a.number_key, a.number_int, a.box, a.postcode, a.municipality,
                   a.lat, a.lon, a.sector, a.wijk, 'bench', n.id || '|' || a.id
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS n(copied, id, name)
            JOIN geo_address a ON a.street_ref_id = n.copied
            """,
            [list(column) for column in zip(*((pk, s.pk, s.name) for pk, s in made.values()), strict=True)],
        )
        cursor.execute("ANALYZE")
    measure_streets()
    LayerStamp.objects.filter(layer="address").update(version=99)
    copies.forget()


def misspelt(random: Random, word: str) -> str:
    """One sign swapped with the next, left out, doubled or another."""
    at = random.randrange(1, max(2, len(word) - 2))
    wrong = random.choice("aeiourtns")
    return random.choice(
        [
            word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + wrong + word[at + 1 :],
        ]
    )


def questions(random: Random) -> Iterator[tuple[str, list[str]]]:
    """Kinds of question, with texts made from addresses of the zone."""
    pks = random.sample(list(Address.objects.values_list("pk", flat=True)), QUESTIONS)
    found = list(Address.objects.filter(pk__in=pks))
    streets = [address.street.lower() for address in found]
    pairs = list(zip(found, streets, strict=True))
    yield "address and postcode", [f"{a.street} {a.number}, {a.postcode}" for a in found]
    yield "number first, abbreviated", [f"{a.number} {s.replace('straat', 'str')}" for a, s in pairs]
    yield "misspelt, with number", [f"{misspelt(random, s)} {a.number}" for a, s in pairs]
    yield "misspelt, with postcode", [f"{a.postcode} {misspelt(random, s)} {a.number}" for a, s in pairs]
    yield "while typing", [s[: random.randrange(2, len(s) + 1)] for s in streets]
    yield "street", streets
    yield "crossing", [f"{s} x {random.choice(streets)}" for s in streets]
    yield "crossing in one town", [f"kerkstraat / {s}" for s in streets]
    yield "nonsense", ["".join(random.choices("abcdefghijklmnopqrst ", k=14)) for _ in streets]


def asked(question: Question) -> tuple[float, float]:
    """Milliseconds by the clock and of this process's CPU; the database works besides."""
    cpu, clock = time.process_time(), time.perf_counter()
    question()
    return (time.perf_counter() - clock) * 1000, (time.process_time() - cpu) * 1000


def row(name: str, times: Sequence[tuple[float, float]], out: Callable[[str], object]) -> None:
    wall = sorted(wall for wall, _cpu in times)
    cpu = sorted(cpu for _wall, cpu in times)
    figures = (wall[len(wall) // 2], wall[int(0.95 * len(wall))], wall[-1], cpu[len(cpu) // 2])
    out(f"{name:<28}" + "".join(f"{figure:>10.3f}" for figure in figures) + "\n")


def ask_all(random: Random, out: Callable[[str], object]) -> None:
    out(f"{Address.objects.count():,} addresses in {Street.objects.filter(live__gt=0).count():,} streets\n")
    out(f"{'milliseconds':<28}{'p50':>10}{'p95':>10}{'longest':>10}{'CPU p50':>10}\n")
    row("first, reading the names", [asked(lambda: search("kerkstraat genk"))], out)
    everything = []
    for name, texts in questions(random):
        times = [asked(lambda text=text: search(text)) for text in texts]  # type: ignore[misc]
        everything += times
        row(name, times, out)
    row("all of these", everything, out)
    points = [(a.lat, a.lon) for a in Address.objects.order_by("?")[:2_000]]
    row("nearest to a click", [asked(lambda p=p: nearest(*p)) for p in points[:QUESTIONS]], out)  # type: ignore[misc]
    row("point to wijk", [asked(lambda p=p: locate(*p)) for p in points], out)  # type: ignore[misc]


def main() -> None:
    random = Random(5909)  # noqa: S311 - the same questions every time
    with services.pointed("embedded"):
        begun = time.perf_counter()
        if len(sys.argv) > 1:
            load_folder(Path(sys.argv[1]))
        else:
            load_demo(addresses=30_000)
        sys.stdout.write(f"loaded in {time.perf_counter() - begun:.1f} s\n")
        fill_up(random)
        ask_all(random, sys.stdout.write)


if __name__ == "__main__":
    main()
