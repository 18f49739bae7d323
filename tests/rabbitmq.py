"""A RabbitMQ node of our own for tests: they may stop and kill it, and it stands beside any other on the machine."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from standalone import child

SERVERS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/local/sbin/rabbitmq-server")
READY_WITHIN_SECONDS = 90
GREETING = b"AMQP\x00\x00\x09\x01"
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{port}
load_definitions = {home}/definitions.json
log.file.level = warning
vm_memory_high_watermark.relative = 0.4
disk_free_limit.absolute = 100MB
raft.wal_max_size_bytes = 16777216
"""


def given_url() -> str | None:
    """What AMQP_URL names, if a broker answers there."""
    url = os.environ.get("AMQP_URL", "")
    return url if url and answers(url) else None


def answers(url: str) -> bool:
    """Whether a broker greets us there: an open port alone may be that of anything."""
    address = urlsplit(url)
    with suppress(OSError), socket.create_connection((address.hostname, address.port or 5672), timeout=2) as connection:
        connection.sendall(GREETING)
        return connection.recv(1) == b"\x01"
    return False


def wait_for(url: str) -> str:
    """Returns the URL when a broker answers there."""
    _wait_for(lambda: answers(url), "RabbitMQ does not answer")
    return url


def installed_server() -> Path | None:
    # Distributions put a script on PATH that changes the account and the folder: the one it calls comes first.
    found = (*(Path(path) for path in SERVERS), Path(shutil.which("rabbitmq-server") or "/nowhere"))
    return next((path for path in found if os.access(path, os.X_OK)), None)


@contextmanager
def private_node(home: Path, vhosts: Sequence[str] = ("test",)) -> Iterator["Node"]:
    """A node that was told to start; `wait` or `start` returns when it answers. Call it in the main thread."""
    server = installed_server()
    if server is None:
        raise RuntimeError("no rabbitmq-server is installed")
    node = Node(home, server, child.free_port(), child.free_port(), child.free_port())
    node.prepare(vhosts)
    try:
        node.spawn()
        yield node
    finally:
        node.end()


@dataclass
class Node:
    home: Path
    server: Path
    port: int
    distribution_port: int
    names_port: int
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    _server: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _names: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def url(self, vhost: str = "test") -> str:
        return f"amqp://test:{self.password}@{child.LOOPBACK}:{self.port}/{quote(vhost, '')}"

    @property
    def pids(self) -> list[int]:
        """Of the node and of its name server, as far as they run."""
        return [process.pid for process in (self._server, self._names) if process and process.poll() is None]

    async def start(self) -> None:
        """Returns when the node accepts connections."""
        self.spawn()
        await asyncio.to_thread(self.wait)

    async def stop(self) -> None:
        """A clean stop: clients are told, queues stay."""
        if self._server:
            await asyncio.to_thread(child.stop, self._server, signal.SIGTERM)

    async def kill(self) -> None:
        """As when the machine fails: nobody is told; what was confirmed stays."""
        if self._server:
            self._kill()
            await asyncio.to_thread(self._server.wait, 10)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def prepare(self, vhosts: Sequence[str]) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "rabbitmq.conf").write_text(CONFIGURATION.format(port=self.port, home=self.home))
        (self.home / "definitions.json").write_text(json.dumps(self._definitions(vhosts)))
        (self.home / "enabled_plugins").write_text("[].\n")
        (self.home / "empty").touch()
        cookie = self.home / ".erlang.cookie"
        cookie.touch(0o600)
        cookie.write_text(secrets.token_hex(16))
        cookie.chmod(0o400)

    def spawn(self) -> None:
        """Starts what is not running: the node, and before it a name server; it would start one that outlives it."""
        log, environment = self.home / "console.log", self._environment()
        if self._names is None or self._names.poll() is not None:
            epmd = shutil.which("epmd") or "epmd"
            command = [epmd, "-port", str(self.names_port), "-address", child.LOOPBACK]
            self._names = child.spawn(command, log=log, environment=environment)
            _wait_for(lambda: _listens(self.names_port), "epmd does not answer", 10)
        if self._server is None or self._server.poll() is not None:
            self._server = child.spawn([self.server], log=log, environment=environment)

    def wait(self) -> None:
        """Until the node accepts connections; raises RuntimeError with its last words if it ends instead."""
        server, log = self._server, self.home / "console.log"
        assert server is not None
        _wait_for(lambda: answers(self.url()) or server.poll() is not None, "RabbitMQ does not answer")
        if server.poll() is not None:
            raise RuntimeError(f"RabbitMQ did not start; {log} ends with:\n{child.tail(log)}")

    def end(self) -> None:
        """Nothing of it is kept: so it need not be told to save anything."""
        if self._server:
            self._kill()
            self._server.wait(10)
        if self._names:
            child.stop(self._names, signal.SIGTERM)

    def _kill(self) -> None:
        # The whole session: the program may be the child of a script that waits for it.
        assert self._server is not None
        with suppress(ProcessLookupError):
            os.killpg(self._server.pid, signal.SIGKILL)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "HOME": str(self.home),  # where the cookie is
            "ERL_EPMD_PORT": str(self.names_port),
            "ERL_EPMD_ADDRESS": child.LOOPBACK,
            "RUNNING_UNDER_SYSTEMD": "true",  # the script becomes the server, instead of waiting for it
            "RABBITMQ_NODENAME": f"steward-test-{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(self.home / "empty"),
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(self.home / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.home / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.home / "generated"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_PID_FILE": str(self.home / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}",
        }

    def _definitions(self, vhosts: Sequence[str]) -> dict[str, object]:
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        return {
            "users": [{"name": "test", "password": self.password, "tags": ["administrator"]}],
            "vhosts": [{"name": vhost} for vhost in vhosts],
            "permissions": [{"user": "test", "vhost": vhost, **everything} for vhost in vhosts],
        }


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((child.LOOPBACK, port), timeout=2):
        return True
    return False


def _wait_for(happened: Callable[[], bool], complaint: str, seconds: float = READY_WITHIN_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{complaint} after {seconds:.0f} seconds")
        time.sleep(0.1)
