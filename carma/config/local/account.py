"""The system user that PostgreSQL runs as."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carma.config.local.refusals import CannotStart

NAME = "carma-db"


@dataclass(frozen=True)
class Account:
    """Whom to run a process as. For ourselves nothing changes; root steps down to a system user."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    @property
    def drop(self) -> dict[str, Any]:
        """Arguments of `subprocess` that step down to this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def own(self, *paths: Path) -> None:
        if self.is_other:
            for path in paths:
                os.chown(path, self.uid, self.gid)

    def can(self, test: str, path: Path) -> bool:
        """Ask the shell's `test` as this user, e.g. `can("-x", folder)`: parents' rights count too."""
        done = subprocess.run(
            ["/bin/sh", "-c", f'cd / && test {test} "$0"', str(path)],
            check=False,
            stderr=subprocess.DEVNULL,
            **self.drop,
        )
        return done.returncode == 0


def database_account() -> Account:
    """Us, unless we are root, whom PostgreSQL refuses: then a system user, made when it is missing."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if not _known(NAME):
        _make(NAME)
    for name in (NAME, "nobody"):
        if known := _known(name):
            account = Account(known.pw_uid, known.pw_gid)
            _try(account)
            return account
    raise CannotStart(
        "PostgreSQL does not run as root, and this machine has neither useradd nor a user `nobody`. "
        "Start CARMA as an ordinary user."
    )


def _known(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _make(name: str) -> None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command = [useradd, *options, "--shell", "/usr/sbin/nologin", name]
        subprocess.run(command, check=False, capture_output=True)


def _try(account: Account) -> None:
    try:
        account.can("-e", Path("/"))
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotStart(
            "PostgreSQL does not run as root, and this machine does not let root step down to another user. "
            "Start CARMA as an ordinary user."
        ) from error
