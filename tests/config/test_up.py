from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from carma.config import environment
from carma.config.local import up, var, welcome
from carma.config.local.account import Account, database_account
from carma.config.local.refusals import CannotStart


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(var, "VAR", tmp_path / "var")
    var.make()
    return tmp_path / "var"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as program:
        yield program.getsockname()[1]


def told(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setitem(environment._values, name, value)


def test_a_port_in_use_is_named_with_the_setting_that_changes_it(
    taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, "CARMA_PORT", str(taken_port))

    with pytest.raises(CannotStart) as refusal:
        up.port("CARMA_PORT", 8000)

    assert f"Port {taken_port} on 127.0.0.1 can't be had (Address already in use)" in str(refusal.value)
    assert f"CARMA_PORT={taken_port + 100} make up" in str(refusal.value)


@pytest.mark.parametrize("value", ["http", "99999"])
def test_a_port_that_is_no_port_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, "CARMA_PORT", value)

    with pytest.raises(CannotStart, match="CARMA_PORT must be a number"):
        up.port("CARMA_PORT", 8000)


def test_the_zone_is_started_once() -> None:
    with var.held():
        assert var.running_pid()
        with pytest.raises(CannotStart, match="already runs from this folder, as process"), var.held():
            pass

    assert var.running_pid() is None


def test_settings_are_written_for_us_alone(folder: Path) -> None:
    var.write_env({"SECRET_KEY": "a=b", "REDIS_URL": "redis+socket:///x"})

    assert (folder / "env").stat().st_mode & 0o077 == 0
    assert "SECRET_KEY=a=b\n" in (folder / "env").read_text()


def test_the_data_stays_here_where_the_database_user_can_come(folder: Path) -> None:
    assert var.database_folder(Account(*_us())) == folder / "postgres"


def test_the_data_goes_elsewhere_where_it_can_not(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = database_account()
    if not account.is_other:
        pytest.skip("only root steps down to another user")
    monkeypatch.setattr(var, "ELSEWHERE", Path("/tmp") / tmp_path.name)  # noqa: S108
    tmp_path.chmod(0o700)

    place = var.database_folder(account)

    assert place == var.elsewhere() / "postgres"
    assert (folder / "postgres-is-in").read_text() == f"{var.elsewhere()}\n"
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    var.elsewhere().rmdir()
    var.ELSEWHERE.rmdir()


def test_it_welcomes_with_logins_and_a_first_call(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "demo.json").write_text(
        '{"logins": [["dora", "secret", "dispatcher"], ["victor", "hidden", "wijk"]], "token": "t-1"}'
    )

    welcome.show("http://127.0.0.1:8000", 12.4)

    said = capsys.readouterr().out
    assert "CARMA runs at http://127.0.0.1:8000 (ready in 12 s)" in said
    assert "  dora    secret  dispatcher\n  victor  hidden  wijk\n" in said
    assert '  curl -H "Authorization: Bearer t-1" http://127.0.0.1:8000/api/v1/incidents/\n' in said


def _us() -> tuple[int, int]:
    account = database_account()
    return (account.uid, account.gid) if not account.is_other else (0, 0)
