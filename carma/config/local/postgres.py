"""A private PostgreSQL cluster: unix socket only, passwords only, under our own hand.

`Cluster(folder, bin_folder, account)` → `create()` once, then run `command()` until `answers()`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2

from carma.config.local import binaries, databases
from carma.config.local.account import Account
from carma.config.local.processes import end_with_parent
from carma.config.local.refusals import CannotStart, need_room

DATABASE = "carma"
SUPERUSER, OWNER, APPLICATION = "postgres", "carma_owner", "carma"
LONGEST_SOCKET = 90  # the kernel takes 107 bytes, file name included

TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # costs more than it saves on short queries
    "timezone": "UTC",
    "log_timezone": "Europe/Brussels",
    "log_line_prefix": "%q%u ",
    "log_checkpoints": "off",
    "log_min_messages": "warning",
}
IN_A_HURRY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """One data folder and the server on it.

    With `durable=False` a power cut may destroy it: for tests. `folder` must be one that `account` can enter.
    """

    def __init__(self, folder: Path, bin_folder: Path, account: Account, *, durable: bool = True) -> None:
        self.folder = folder
        self.bin_folder = bin_folder
        self.account = account
        self.tuning = TUNING if durable else TUNING | IN_A_HURRY
        self.data = folder / "data"
        self.socket_folder = folder / "run"
        self._passwords: dict[str, str] = {}

    def create(self) -> None:
        """Make the cluster, unless it stands; half a one, left by a crash, is made anew."""
        need_room(self.folder.parent)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.account.own(self.folder)
        if not (self.folder / "passwords").exists():
            self._initialise()
        self._refuse_other_version()
        self._place_socket()

    def command(self) -> list[str]:
        options = self.tuning | {"unix_socket_directories": str(self.socket_folder)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self.bin_folder / "postgres"), "-D", str(self.data), *settings]

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{self.password(role)}@/{database}?host={quote(str(self.socket_folder))}"

    def password(self, role: str) -> str:
        if not self._passwords:
            self._passwords = json.loads((self.folder / "passwords").read_text(encoding="utf-8"))
        return self._passwords[role]

    def answers(self) -> bool:
        if not self._says_ready():  # asking earlier only fills the log with refusals
            return False
        try:
            psycopg2.connect(self.url(SUPERUSER, "postgres"), connect_timeout=3).close()
        except psycopg2.OperationalError:
            return False
        return True

    def prepare(self, database: str = DATABASE) -> None:
        """Make the two roles, the database, its extensions and the rights the application has."""
        with databases.connected(self.url(SUPERUSER, "postgres")) as connection:
            databases.make_role(connection, OWNER, self.password(OWNER))
            databases.make_role(connection, APPLICATION, self.password(APPLICATION))
            databases.make_database(connection, database, owner=OWNER)
        databases.prepare_database(self.url(OWNER, database), application=APPLICATION)

    def stop_leftover(self) -> None:
        """Stop a server that an earlier, killed launcher left running on this data folder."""
        pid = self._leftover()
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)  # PostgreSQL's fast shutdown
        for _ in range(100):
            if self._leftover() is None:
                return
            time.sleep(0.1)
        os.kill(pid, signal.SIGQUIT)

    @contextmanager
    def running(self, patience_s: float = 30) -> Iterator[None]:
        """Run the server while the block lasts; its messages go to the file `log`."""
        server = self._launch()
        try:
            end = time.monotonic() + patience_s
            while not self.answers():
                if time.monotonic() > end:
                    raise CannotStart(f"PostgreSQL does not start: {self._last_words()}")
                if server.poll() is not None:  # after a kill, shared memory may stay in use for some seconds
                    time.sleep(0.5)
                    server = self._launch()
                time.sleep(0.05)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)

    def _launch(self) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                self.command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGINT),
                **self.account.drop,
            )

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APPLICATION)}
        with tempfile.NamedTemporaryFile("w", dir=self.folder) as file:
            file.write(passwords[SUPERUSER])
            file.flush()
            self.account.own(Path(file.name))
            self._initdb(file.name)
        unfinished = self.folder / "passwords.writing"
        unfinished.touch(mode=0o600)
        unfinished.write_text(json.dumps(passwords), encoding="utf-8")
        unfinished.rename(self.folder / "passwords")  # last: the cluster stands

    def _initdb(self, password_file: str) -> None:
        options = [f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        hurry = ["--no-sync"] if "fsync" in self.tuning else []
        done = subprocess.run(
            [self.bin_folder / "initdb", "-D", self.data, "-U", SUPERUSER, *options, *hurry],
            cwd=self.folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            **self.account.drop,
        )
        if done.returncode:
            raise CannotStart(
                f"PostgreSQL could not make its folder {self.data}: {gist(done.stderr.splitlines())}"
            )

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        programs = binaries.version_of(self.bin_folder)
        if made_by != str(programs):
            raise CannotStart(
                f"The data in {self.folder} is of PostgreSQL {made_by}, the programs are of {programs}. "
                "Dump and restore the data, or throw it away with `make reset`."
            )

    def _place_socket(self) -> None:
        if len(str(self.socket_folder)) > LONGEST_SOCKET:
            self.socket_folder = Path(tempfile.mkdtemp(prefix="carma-"))
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        self.account.own(self.socket_folder)

    def _says_ready(self) -> bool:
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        return len(lines) == 8 and lines[7].strip() == "ready"

    def _leftover(self) -> int | None:
        """The process that `postmaster.pid` names, if it lives and is indeed a server on our folder."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if str(self.data).encode() in command else None

    def _last_words(self) -> str:
        return gist((self.folder / "log").read_text(encoding="utf-8", errors="replace").splitlines())


def gist(lines: Sequence[str]) -> str:
    """The line of PostgreSQL's output that says what is wrong."""
    if any("No space left on device" in line for line in lines):
        return "the disk is full."
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "error:"))]
    return (telling or lines or ["it said nothing"])[-1]
