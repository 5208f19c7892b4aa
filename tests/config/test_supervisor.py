from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from carma.config.local.processes import Process
from carma.config.local.supervisor import Log, StopAsked, Supervisor

PATIENCE_S = 10


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


def shell(name: str, script: str, **how: object) -> Process:
    return Process(name, ["/bin/sh", "-c", script], **how)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def showing(screen: io.StringIO, *words: str) -> Callable[[], bool]:
    return lambda: all(word in screen.getvalue() for word in words)


def test_each_line_carries_the_name_of_its_process(screen: io.StringIO) -> None:
    with Supervisor(Log(screen)) as supervisor:
        supervisor.start(shell("web", "echo ready; exec sleep 60"))
        supervisor.start(shell("stream", "printf 'half'; printf ' a line\\n' >&2; exec sleep 60"))
        assert supervisor.wait_until(showing(screen, "ready", "half a line"), PATIENCE_S)

    lines = screen.getvalue().splitlines()
    assert any(re.fullmatch(r"\d\d:\d\d:\d\d web       \| ready", line) for line in lines)
    assert any(re.fullmatch(r"\d\d:\d\d:\d\d stream    \| half a line", line) for line in lines)


def test_a_process_that_is_killed_starts_again_and_we_say_so(screen: io.StringIO) -> None:
    with Supervisor(Log(screen)) as supervisor:
        supervisor.start(shell("worker", "echo up $$; exec sleep 60"))
        first = supervisor.pid("worker")
        assert supervisor.wait_until(showing(screen, f"up {first}"), PATIENCE_S)
        os.kill(first, signal.SIGKILL)
        assert supervisor.wait_until(lambda: screen.getvalue().count("| up ") == 2, PATIENCE_S)
        assert supervisor.pid("worker") != first

    assert "worker was ended by SIGKILL; it starts again in 0.5 s." in screen.getvalue()


def test_one_that_keeps_failing_waits_longer_each_time(screen: io.StringIO) -> None:
    with Supervisor(Log(screen)) as supervisor:
        supervisor.start(shell("beat", "exit 3"))
        assert supervisor.wait_until(showing(screen, "again in 1 s"), PATIENCE_S)

    assert "beat ended with code 3; it starts again in 0.5 s." in screen.getvalue()


def test_what_a_crashed_process_left_behind_is_cleared_away(screen: io.StringIO) -> None:
    with Supervisor(Log(screen)) as supervisor:
        supervisor.start(shell("worker", "sleep 60 & echo child $!; wait"))
        assert supervisor.wait_until(showing(screen, "child"), PATIENCE_S)
        child = int(re.findall(r"child (\d+)", screen.getvalue())[0])
        os.kill(supervisor.pid("worker"), signal.SIGKILL)
        assert supervisor.wait_until(lambda: not alive(child), PATIENCE_S)


def test_foundations_end_last(screen: io.StringIO) -> None:
    script = "trap 'echo bye; exit' TERM; echo up; while :; do sleep 0.05; done"
    with Supervisor(Log(screen)) as supervisor:
        supervisor.start(shell("postgres", script, is_foundation=True))
        supervisor.start(shell("redis", script, is_foundation=True))
        supervisor.start(shell("web", script))
        assert supervisor.wait_until(lambda: screen.getvalue().count("| up") == 3, PATIENCE_S)

    assert re.findall(r"(\w+) +\| bye", screen.getvalue()) == ["web", "redis", "postgres"]


def test_one_that_will_not_end_is_killed_after_its_grace(screen: io.StringIO) -> None:
    with Supervisor(Log(screen)) as supervisor:
        supervisor.start(shell("web", "trap '' TERM; echo up; while :; do sleep 1; done", grace_s=0.3))
        assert supervisor.wait_until(showing(screen, "up"), PATIENCE_S)
        pid = supervisor.pid("web")

    assert not alive(pid)


def test_a_signal_to_the_supervisor_ends_the_wait(screen: io.StringIO) -> None:
    with Supervisor(Log(screen)) as supervisor:
        supervisor.start(shell("web", "exec sleep 60"))
        pid = supervisor.pid("web")
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(StopAsked):
            supervisor.serve()

    assert not alive(pid)


def test_one_shot_processes_tell_their_code_and_last_words(screen: io.StringIO) -> None:
    with Supervisor(Log(screen)) as supervisor:
        assert supervisor.run(shell("prepare", "echo no; echo good; exit 4")) == (4, ["no", "good"])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_supervisor(how: signal.Signals) -> None:
    script = (
        "from carma.config.local.processes import Process\n"
        "from carma.config.local.supervisor import Supervisor\n"
        "with Supervisor() as supervisor:\n"
        "    supervisor.start(Process('web', ['/bin/sh', '-c', 'echo pid $$; exec sleep 60']))\n"
        "    supervisor.serve()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as one:
        assert one.stdout
        child = int(one.stdout.readline().split()[-1])
        one.send_signal(how)
        one.wait(PATIENCE_S)
        one.stdout.read()  # ends when the child, which holds the other end, has ended

    assert not alive(child)
