"""Runs the processes of the zone: one readable log, a crashed process comes back, all end together.

Everything happens in one thread, in `turn()`: read what they wrote, reap, restart what is due.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from types import FrameType
from typing import Never, Self, TextIO

from carma.config.local.processes import Process, Running
from carma.config.local.refusals import sentence

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
STEADY_S = 30.0  # running this long clears the count of restarts
TURN_S = 0.2
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(Exception):
    """Somebody pressed Ctrl-C or asked us by signal to end."""


@dataclass
class Charge:
    """A process in our care, running or, with `due` set, waiting to be started again."""

    running: Running
    since: float
    restarts: int = 0
    due: float | None = None


class Log:
    """One line per line of a process: time of day, name, text."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._colour = self._out.isatty() and "NO_COLOR" not in os.environ
        self._names: list[str] = []

    def write(self, name: str, line: str) -> None:
        if name not in self._names:
            self._names.append(name)
        prefix = f"{datetime.now().astimezone():%H:%M:%S} {name:<9}"
        if self._colour:
            prefix = f"\033[{COLOURS[self._names.index(name) % len(COLOURS)]}m{prefix}\033[0m"
        with suppress(OSError):  # the terminal may be gone; ending the processes goes on
            self._out.write(f"{prefix} | {line}\n")
            self._out.flush()


class Supervisor:
    """Use as a context manager: leaving it ends every process, the foundations last."""

    def __init__(self, log: Log | None = None) -> None:
        self.log = log or Log()
        self._charges: dict[str, Charge] = {}
        self._selector = selectors.DefaultSelector()
        self._asked = False

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        foundations = [name for name, charge in self._charges.items() if charge.running.process.is_foundation]
        try:
            self.stop(*(name for name in self._charges if name not in foundations))
            for name in reversed(foundations):
                self.stop(name)
        finally:
            self._selector.close()
            for number, handler in self._before.items():
                signal.signal(number, handler)

    def start(self, process: Process) -> None:
        """Run `process` until we end, and again whenever it stops."""
        self._charges[process.name] = Charge(self._launch(process), time.monotonic())

    def run(self, process: Process) -> tuple[int, list[str]]:
        """Run `process` to its end; return its exit code and its last lines."""
        running = self._launch(process)
        try:
            while running.code() is None:
                self.turn()
        finally:
            self._finish(running)
        return running.code() or 0, list(running.last_lines)

    def wait_until(self, ready: Callable[[], bool], patience_s: float) -> bool:
        """Keep everything going until `ready()`; False when that takes longer than `patience_s`."""
        end = time.monotonic() + patience_s
        while not ready():
            if time.monotonic() > end:
                return False
            self.turn(0.05)
        return True

    def serve(self) -> Never:
        """Keep everything going until we are asked to stop, which raises `StopAsked`."""
        while True:
            self.turn()

    def turn(self, wait_s: float = TURN_S) -> None:
        """Do what there is to do, waiting at most `wait_s` for it. Raises `StopAsked`."""
        self._listen(wait_s)
        if self._asked:
            raise StopAsked
        for charge in self._charges.values():
            if charge.due is not None:
                self._start_again(charge)
            elif charge.running.code() is not None:
                self._put_off(charge)

    def stop(self, *names: str) -> None:
        """End these together, in the order given; kill what outlives its grace."""
        charges = [self._charges.pop(name) for name in names]
        left = [charge.running for charge in charges if charge.due is None]
        for running in left:
            running.end()
        begun = time.monotonic()
        while left:
            self._listen(0.05)
            spent_s = time.monotonic() - begun
            for running in [one for one in left if one.code() is not None or spent_s > one.process.grace_s]:
                left.remove(running)
                self._finish(running)

    def last_lines(self, name: str) -> list[str]:
        return list(self._charges[name].running.last_lines)

    def pid(self, name: str) -> int:
        return self._charges[name].running.pid

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked = True

    def _launch(self, process: Process) -> Running:
        running = Running(process)
        self._selector.register(running.output, selectors.EVENT_READ, running)
        return running

    def _listen(self, wait_s: float) -> None:
        for key, _ in self._selector.select(wait_s):
            self._pass_on(key.data)

    def _pass_on(self, running: Running) -> None:
        for line in running.lines():
            self.log.write(running.process.name, line)
        if running.is_silent and running.output in self._selector.get_map():
            self._selector.unregister(running.output)

    def _finish(self, running: Running) -> None:
        """Clear away a process and whatever it left behind in its group."""
        running.kill()
        running.wait()
        self._pass_on(running)
        if running.output in self._selector.get_map():
            self._selector.unregister(running.output)
        running.output.close()

    def _put_off(self, charge: Charge) -> None:
        """Have a process that stopped start again after a wait that doubles while it keeps stopping."""
        self._finish(charge.running)
        now = time.monotonic()
        charge.restarts = 0 if now - charge.since > STEADY_S else charge.restarts + 1
        wait_s = min(FIRST_WAIT_S * 2 ** max(charge.restarts - 1, 0), LONGEST_WAIT_S)
        charge.due = now + wait_s
        name, how = charge.running.process.name, _ending(charge.running.code() or 0)
        self.log.write("carma", f"{name} {how}; it starts again in {wait_s:g} s.")

    def _start_again(self, charge: Charge) -> None:
        now = time.monotonic()
        if charge.due is None or charge.due > now:
            return
        process = charge.running.process
        try:
            charge.running, charge.since, charge.due = self._launch(process), now, None
        except OSError as error:
            charge.due = now + LONGEST_WAIT_S
            self.log.write(
                "carma", f"{process.name} can't start: {sentence(error)} Again in {LONGEST_WAIT_S:g} s."
            )


def _ending(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
