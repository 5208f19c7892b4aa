"""Ends what runs from this checkout and throws its data away. Run as `python -m carma.config.local.reset`."""

from __future__ import annotations

import shutil
import sys

from carma.config.local import binaries, var
from carma.config.local.account import database_account
from carma.config.local.postgres import Cluster
from carma.config.local.refusals import CannotStart, sentence


def main() -> None:
    try:
        _reset()
    except CannotStart as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        sys.exit(str(sentence(error)))


def _reset() -> None:
    var.stop_running()
    for folder in (var.VAR, var.elsewhere()):
        if (folder / "postgres").is_dir():
            Cluster(folder / "postgres", binaries.embedded(), database_account()).stop_leftover()
        if folder.exists():
            shutil.rmtree(folder)
            sys.stdout.write(f"Removed {folder}.\n")


if __name__ == "__main__":
    main()
