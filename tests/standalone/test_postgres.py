"""The private database server: it starts anywhere, keeps its data, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from standalone.account import server_account
from standalone.postgres import Cluster, running
from tests.databases import scratch
from tests.processes import ends, is_running

START_AND_SAY_WHERE = """
import sys, time, pathlib
from standalone.postgres import running
with running(pathlib.Path(sys.argv[1]), durable=False) as cluster:
    print(cluster.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch() as path:
        yield path


async def ask(cluster: Cluster, question: str) -> Any:
    connection = await asyncpg.connect(cluster.admin_dsn)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def owner_process(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """Another process that runs a server on that folder, and the server's number."""
    command = [sys.executable, "-c", START_AND_SAY_WHERE, str(folder)]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    with owner.stdout:
        return owner, int(owner.stdout.readline())


async def test_data_survive_a_restart_also_on_another_port(folder: Path) -> None:
    with running(folder, durable=False) as cluster:
        await ask(cluster, "CREATE TABLE kept AS SELECT 42 AS answer")
    with running(folder, durable=False) as again:
        assert await ask(again, "SELECT answer FROM kept") == 42
        assert again.port != 5432
        assert again.port < 32768


async def test_data_survive_a_kill_of_the_server(folder: Path) -> None:
    with running(folder) as cluster:
        await ask(cluster, "CREATE TABLE kept AS SELECT 42 AS answer")
        busy = await asyncpg.connect(cluster.admin_dsn)
        assert cluster.pid is not None
        os.kill(cluster.pid, signal.SIGKILL)
        assert ends(cluster.pid)
        cluster.stop()
        cluster.start()
        assert await ask(cluster, "SELECT answer FROM kept") == 42
        busy.terminate()


def test_the_server_leaves_no_process_behind(folder: Path) -> None:
    with running(folder, durable=False) as cluster:
        pid = cluster.pid
        assert is_running(pid)
    assert not is_running(pid)


def test_the_server_ends_when_its_owner_is_killed(folder: Path) -> None:
    owner, server = owner_process(folder)
    assert is_running(server)
    owner.kill()
    owner.wait()
    assert ends(server)


async def test_a_server_left_behind_is_ended_by_the_next_start(folder: Path) -> None:
    with running(folder, durable=False) as cluster:
        left_behind, cluster._process = cluster._process, None  # as if its owner had forgotten it
    assert left_behind is not None
    assert is_running(left_behind.pid)
    with running(folder, durable=False) as again:
        assert not is_running(left_behind.pid)
        assert await ask(again, "SELECT 1") == 1
    left_behind.wait()


def test_a_process_that_only_has_the_number_of_an_old_server_is_left_alone(folder: Path) -> None:
    with running(folder, durable=False) as cluster:
        state = (cluster.files / "postmaster.pid").read_text().splitlines()
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        (cluster.files / "postmaster.pid").write_text("\n".join([str(bystander.pid), *state[1:], ""]))
        with running(folder, durable=False) as again:
            assert is_running(again.pid)
            assert is_running(bystander.pid)
    finally:
        bystander.kill()
        bystander.wait()


def test_two_processes_do_not_share_one_folder(folder: Path) -> None:
    owner, server = owner_process(folder)
    try:
        with pytest.raises(RuntimeError, match="another process"), running(folder):
            pass
        assert is_running(server)
    finally:
        owner.terminate()
        owner.wait()
        assert ends(server)


def test_the_password_is_for_its_owner_alone(folder: Path) -> None:
    with running(folder, durable=False) as cluster:
        assert (cluster.home / "password").stat().st_mode & 0o777 == 0o600


async def test_without_the_password_nobody_gets_in(folder: Path) -> None:
    with running(folder, durable=False) as cluster, pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(cluster.dsn("postgres", "postgres", "guess"))


def test_a_server_that_does_not_start_gives_its_last_words(folder: Path) -> None:
    with running(folder, durable=False) as cluster:
        pass
    with (cluster.files / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(RuntimeError, match="no_such_setting"), running(folder, durable=False):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the server's account cannot reach")
async def test_data_and_programs_out_of_reach_of_the_servers_account_are_put_elsewhere_and_found_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed, reachable = folder / "closed", folder / "reachable"
    closed.mkdir(mode=0o700)
    reachable.mkdir()
    monkeypatch.setattr("standalone.postgres.ELSEWHERE", (reachable,))
    with running(closed / "data", durable=False) as cluster:
        assert cluster.home.parent == reachable
        await ask(cluster, "CREATE TABLE kept AS SELECT 42 AS answer")
    with running(closed / "data", durable=False) as again:
        assert again.home == cluster.home
        assert await ask(again, "SELECT answer FROM kept") == 42
    assert closed.stat().st_mode & 0o777 == 0o700
    assert server_account().name in {"postgres", "nobody"}
