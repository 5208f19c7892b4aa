"""Browsers keep connections open that they do not use: they must not keep the next one out."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import ExitStack
from http.client import HTTPConnection

from django.conf import settings

from carma.config.local import zone
from tests.events.streaming import free_port, until

KEPT = 300  # as fifty browsers do


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_idle_connections_keep_nobody_out() -> None:
    port = free_port()
    command = zone.pages("127.0.0.1", port, port + 1)["web"]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env={**os.environ, "CARMA_PORT": str(port)})
    try:
        until(lambda: _answers(port), "the pages to be served", bound=60)
        with ExitStack() as kept:
            for _ in range(KEPT):
                kept.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
            assert _answers(port)
    finally:
        process.terminate()
        process.wait(20)
