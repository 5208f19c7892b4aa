"""Every measurement, one after the other: `make bench`. Each is a process of its own and can be run alone."""

from __future__ import annotations

import subprocess
import sys

MEASUREMENTS = ("api", "stream", "screens", "geo_search", "recommend")


def main() -> int:
    for name in MEASUREMENTS:
        sys.stdout.write(f"\n== {name}\n")
        sys.stdout.flush()
        done = subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
