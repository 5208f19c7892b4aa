"""One process of the zone: how it is started, and how all of it is ended."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from carma.config.local.account import Account

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Process:
    """What to run. `grace_s` is how long it may take to end after `end_signal`; a foundation ends last."""

    name: str
    command: Sequence[str]
    account: Account | None = None
    folder: Path | None = None
    end_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 8
    is_foundation: bool = False


class Running:
    """A started process, in a session and process group of its own."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.last_lines: deque[str] = deque(maxlen=20)
        self.is_silent = False  # it closed its output
        self._rest = b""
        self._popen = subprocess.Popen(
            process.command,
            bufsize=0,
            cwd=process.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which ends the rest in order
            preexec_fn=end_with_parent(process.end_signal),
            **(process.account.drop if process.account else {}),
        )
        os.set_blocking(self.output.fileno(), False)

    @property
    def output(self) -> IO[bytes]:
        assert self._popen.stdout  # noqa: S101 -- asked for above
        return self._popen.stdout

    @property
    def pid(self) -> int:
        return self._popen.pid

    def code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._popen.poll()

    def lines(self) -> list[str]:
        """The whole lines it wrote since the last time; with the unfinished one once it has ended."""
        pieces = (self._rest + self._read()).split(b"\n")
        self._rest = b"" if self.code() is not None else pieces.pop()
        lines = [piece.decode(errors="replace").rstrip() for piece in pieces]
        told = [line for line in lines if line]
        self.last_lines.extend(told)
        return told

    def end(self) -> None:
        """Ask it to end."""
        if self.code() is None:
            self._popen.send_signal(self.process.end_signal)

    def kill(self) -> None:
        """End it and all it started, at once."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def wait(self) -> None:
        self._popen.wait()

    def _read(self) -> bytes:
        pieces = []
        while piece := self.output.read(65536):
            pieces.append(piece)
        self.is_silent = piece == b""  # None: nothing yet
        return b"".join(pieces)


def end_with_parent(end_signal: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: have Linux send `end_signal` when its parent is killed: no orphans."""

    def ask() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(end_signal), 0, 0, 0)

    return ask
