from __future__ import annotations

from pathlib import Path

import pytest
from celery import Celery
from redis import Redis

from carma.config.local.redis import RedisServer
from carma.config.local.refusals import CannotStart


def test_it_forgets_nothing_on_its_own_and_keeps_nothing_on_disk(redis_server: RedisServer) -> None:
    with Redis(unix_socket_path=str(redis_server.socket)) as client:
        told = client.config_get("*")

    assert (told["save"], told["appendonly"], told["port"]) == ("", "no", "0")
    assert told["maxmemory-policy"] == "noeviction"


def test_its_socket_is_for_us_alone(redis_server: RedisServer) -> None:
    assert redis_server.socket.stat().st_mode & 0o077 == 0


def test_celery_understands_its_address(redis_server: RedisServer) -> None:
    with Celery(broker=redis_server.url).connection() as connection:
        connection.ensure_connection(max_retries=1)

        assert connection.connected


def test_one_that_does_not_start_says_where_to_look(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "redis")
    server.socket.mkdir()

    with (
        pytest.raises(CannotStart, match=r"Redis does not start; .*/log says why\."),
        server.running(patience_s=2),
    ):
        pass
