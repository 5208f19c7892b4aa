"""The commands that run the zone, by the name of their process."""

from __future__ import annotations

import os
import sys

PYTHON = (sys.executable, "-u")  # their lines appear when they are written


def pages(bind: str, web_port: int, stream_port: int) -> dict[str, list[str]]:
    """What a browser talks to."""
    host = ["--host", bind, "--log-level", "warning"]
    cores = str(min(os.cpu_count() or 1, 4))
    web = ["--interface", "wsgi", *host, "--port", str(web_port), "--workers", cores, "--no-ws"]
    # Counts connections, also those a browser merely keeps open: a room of boards holds hundreds.
    web += ["--blocking-threads", "4", "--blocking-threads-idle-timeout", "10m", "--backpressure", "2048"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "5s", "carma.config.wsgi:application"]
    stream = [*host, "--port", str(stream_port), "--timeout-graceful-shutdown", "2", "--no-access-log"]
    return {
        "web": python("granian", *web),
        "stream": python("uvicorn", *stream, "carma.events.stream.asgi:application"),
    }


def engine() -> dict[str, list[str]]:
    """What works unseen: whom events are delivered to, what is due, and the demo's callers and teams."""
    celery = ["-A", "carma.config", "--quiet"]
    worker = ["worker", "-Q", "critical,bulk", "--concurrency", "2", "--without-gossip", "--without-mingle"]
    worker += ["--loglevel", "warning"]
    return {
        # Who starts a demo as root knows it; Celery would say so at each start.
        "worker": [*PYTHON, "-W", "ignore:You're running the worker", "-m", "celery", *celery, *worker],
        "beat": python("celery", *celery, "beat", "--pidfile=", "--loglevel", "warning"),
        "watchdog": manage("watchdog"),
        "simulate": manage("simulate"),
    }


def python(module: str, *arguments: str) -> list[str]:
    return [*PYTHON, "-m", module, *arguments]


def manage(command: str) -> list[str]:
    return [*PYTHON, "manage.py", command]
