"""A routing engine on loopback that speaks OSRM's table API over a country where every drive is 30 km/h."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from pytest_django import Settings

from carma.geo import routing
from carma.geo.metres import Point, distance_m

SPEED_MS = 30 / 3.6


@dataclass
class Engine:
    """What it was asked, and what a test has it do instead of answering well."""

    url: str = ""
    asked: list[list[Point]] = field(default_factory=list)
    body: bytes | None = None
    status: int = 200
    waits_s: float = 0.0
    nowhere: set[int] = field(default_factory=set)
    meanwhile: Callable[[], None] = lambda: None

    def answer(self, target: str) -> bytes:
        parts = urlsplit(target)
        places = [
            Point(float(lat), float(lon))
            for lon, lat in (
                pair.split(",") for pair in parts.path.removeprefix("/table/v1/driving/").split(";")
            )
        ]
        told = parse_qs(parts.query)
        (end,) = (places[int(number)] for number in told["destinations"][0].split(";"))
        starts = [places[int(number)] for number in told["sources"][0].split(";")]
        self.asked.append(starts)
        self.meanwhile()
        time.sleep(self.waits_s)
        if self.body is not None:
            return self.body
        seconds = [
            [None if row in self.nowhere else distance_m(start, end) / SPEED_MS]
            for row, start in enumerate(starts)
        ]
        return json.dumps({"code": "Ok", "durations": seconds}).encode()


@contextmanager
def running(settings: Settings) -> Iterator[Engine]:
    """Run an engine and have the settings name it."""
    engine = Engine()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = engine.answer(self.path)
            try:
                self.send_response(engine.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass  # nobody waits any more

        def log_message(self, *_told: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        engine.url = settings.ROUTING_URL = f"http://127.0.0.1:{server.server_port}"
        routing.wake()
        yield engine
        server.shutdown()
        thread.join()
        routing.wake()
