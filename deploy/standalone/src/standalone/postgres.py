"""A private PostgreSQL server beside whatever else the machine runs: for the one-process platform and for tests."""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from standalone import binaries, child
from standalone.account import ENVIRONMENT, Account, server_account

ADMINISTRATOR = "postgres"
ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"), Path("/tmp"))  # noqa: S108  # each gets a folder of a random name
READY_WITHIN_SECONDS = 120
SETTINGS = {
    "listen_addresses": child.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def running(data: Path, *, port: int | None = None, durable: bool = True) -> Iterator["Cluster"]:
    """A server on the data in that folder, created at first use, stopped at the end of the block.

    Call it in the main thread: the server then ends with us even if we are killed. `durable=False` is for tests:
    faster, and lost when the machine stops. Raises RuntimeError with the server's last words if it does not start, and
    when another process holds the folder.
    """
    data.mkdir(parents=True, exist_ok=True)
    account = server_account()
    with _alone_in(data):
        home = _home(data.resolve(), account)
        cluster = Cluster(home, account, _made(home, account), port or child.free_port(), durable=durable)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


@dataclass
class Cluster:
    """The server and its data; `start` and `stop` are for whoever wants to see what its absence does."""

    home: Path
    account: Account
    programs: Path
    port: int
    durable: bool = True
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def files(self) -> Path:
        return self.home / "cluster"

    @property
    def pid(self) -> int | None:
        """Null while it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def admin_dsn(self) -> str:
        return self.dsn("postgres", ADMINISTRATOR, (self.home / "password").read_text())

    def dsn(self, database: str, user: str, password: str) -> str:
        return f"postgresql://{quote(user)}:{quote(password, '')}@{child.LOOPBACK}:{self.port}/{quote(database)}"

    def start(self) -> None:
        self._end_orphan()
        log = self.home / "server.log"
        with suppress(FileNotFoundError):
            log.replace(log.with_suffix(".previous.log"))
        settings = SETTINGS | {"port": str(self.port)} | ({} if self.durable else FORGETFUL)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = child.spawn(
            [self.programs / "postgres", "-D", self.files, *options],
            log=log,
            environment=ENVIRONMENT,
            account=self.account,
            farewell=signal.SIGINT,
        )
        try:
            self._wait_until_ready(self._process, log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._process:
            child.stop(self._process, signal.SIGINT)
            self._process = None

    def _wait_until_ready(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            state = self._state()
            if len(state) > 7 and state[0] == str(process.pid) and state[7] == "ready":
                return
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start; {log} ends with:\n{child.tail(log)}")

    def _state(self) -> list[str]:
        """The lines of postmaster.pid: process, folder, start, port, socket folder, address, memory, status."""
        try:
            return [line.strip() for line in (self.files / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def _end_orphan(self) -> None:
        """Whoever started a server on these data is gone, since we hold their lock: so the server may go as well."""
        state = self._state()
        for by in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            deadline = time.monotonic() + 20
            while self._is_our_server(state) and time.monotonic() < deadline:
                with suppress(ProcessLookupError):
                    os.kill(int(state[0]), by)
                time.sleep(0.2)
        # Its number may belong to another process by now, which would make the next server refuse to start.
        (self.files / "postmaster.pid").unlink(missing_ok=True)

    def _is_our_server(self, state: list[str]) -> bool:
        if len(state) < 2 or Path(state[1]) != self.files:
            return False
        try:
            command = Path(f"/proc/{int(state[0])}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.files) in command


@contextmanager
def _alone_in(data: Path) -> Iterator[None]:
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuntimeError(f"another process is running on the data in {data}") from None
        yield


def _home(data: Path, account: Account) -> Path:
    """The folder itself, or one that the account can reach, remembered in the file `location`."""
    location = data / "location"
    if location.exists():
        home = Path(location.read_text().strip())
        if not account.reaches(home):
            raise RuntimeError(
                f"the data of {data} were in {home}, which is out of reach; remove {location} to begin anew"
            )
        return home
    if account.reaches(data):
        return data
    if (data / "cluster").exists():
        raise RuntimeError(f"{data} holds data, but the account {account.name} does not reach it any more")
    home = _elsewhere()
    location.write_text(f"{home}\n")
    return home


def _elsewhere() -> Path:
    for parent in ELSEWHERE:
        with suppress(OSError):
            home = Path(tempfile.mkdtemp(prefix="steward-", dir=parent))
            home.chmod(0o711)
            return home
    raise RuntimeError("no folder for the data that an unprivileged account could reach")


def _made(home: Path, account: Account) -> Path:
    """Creates the cluster if there is none yet; returns the programs to run it with."""
    cluster = home / "cluster"
    if cluster.exists():
        return binaries.find(account, home, major=int((cluster / "PG_VERSION").read_text()))
    programs = binaries.find(account, home)
    password = home / "password"
    password.unlink(missing_ok=True)
    password.touch(0o600)
    password.write_text(secrets.token_urlsafe(32))
    partial = home / "cluster.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(0o700)
    account.take(password)
    account.take(partial)
    _initialize(programs / "initdb", partial, password, account)
    partial.rename(cluster)
    return programs


def _initialize(initdb: Path, files: Path, password: Path, account: Account) -> None:
    made = account.run(
        initdb,
        *("-D", files, "-U", ADMINISTRATOR, "--pwfile", password, "-E", "UTF8", "--locale-provider=libc"),
        *("--locale=C.UTF-8", "--auth-host=scram-sha-256", "--auth-local=trust"),
        within_seconds=300,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}\n{made.stderr}")
