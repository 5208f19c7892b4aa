"""The folder var/: what the zone keeps between two starts."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from carma.config import environment
from carma.config.local.account import Account
from carma.config.local.refusals import CannotStart

VAR = environment.VAR.absolute()
ELSEWHERE = Path("/var/lib/carma")
STOP_PATIENCE_S = 45


def make() -> None:
    if not VAR.is_dir():
        VAR.mkdir(parents=True)
        VAR.chmod(0o755)  # whatever the umask: the database's user passes through
    (VAR / "static").mkdir(exist_ok=True)


@contextmanager
def held() -> Iterator[None]:
    """Hold the folder while we run, so that nobody starts the zone twice; `running_pid` reads who does."""
    with (VAR / "running").open("a+", encoding="utf-8") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"CARMA already runs from this folder, as process {running_pid() or '?'}. "
                "Stop it with Ctrl-C there; `make reset` stops it and throws its data away."
            ) from None
        mark.truncate(0)
        mark.write(str(os.getpid()))
        mark.flush()
        try:
            yield
        finally:
            mark.truncate(0)


def running_pid() -> int | None:
    """The supervisor that holds the folder."""
    try:
        with (VAR / "running").open("r+", encoding="utf-8") as mark:
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(mark.read() or 0) or None
    except FileNotFoundError:
        pass
    return None


def stop_running() -> None:
    """End the zone that runs from this folder, and wait for it."""
    pid = running_pid()
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + STOP_PATIENCE_S
    while running_pid():
        if time.monotonic() > end:
            raise CannotStart(
                f"Process {pid}, which runs CARMA from this folder, does not end. End it by hand."
            )
        time.sleep(0.1)


def database_folder(account: Account) -> Path:
    """`var/postgres`; where `account` can't get there, as below /root, a folder that var/ has a note of."""
    if account.can("-x", VAR):
        return VAR / "postgres"
    folder = elsewhere()
    folder.mkdir(parents=True, exist_ok=True)
    if not account.can("-x", folder):
        raise CannotStart(f"The user that PostgreSQL runs as can enter neither {VAR} nor {folder}.")
    (VAR / "postgres-is-in").write_text(f"{folder}\n", encoding="utf-8")
    return folder / "postgres"


def elsewhere() -> Path:
    """The folder of this checkout outside it; it need not exist."""
    return ELSEWHERE / hashlib.sha256(str(VAR).encode()).hexdigest()[:12]


def secret_key() -> str:
    """The key of an earlier start, so that sessions outlive a restart, or a new one."""
    return environment.value("SECRET_KEY") or secrets.token_urlsafe(48)


def write_env(values: Mapping[str, str]) -> None:
    """Write what settings read. Passwords are in it: for us alone."""
    unfinished = VAR / "env.writing"
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    lines = [f"{name}={value}\n" for name, value in values.items()]
    unfinished.write_text("# Written by `make up`.\n" + "".join(lines), encoding="utf-8")
    unfinished.rename(VAR / "env")
