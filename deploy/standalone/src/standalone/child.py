"""Server processes that this process starts on the loopback interface, and that never outlive it."""

import ctypes
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from standalone.account import OURSELVES, Account

LOOPBACK = "127.0.0.1"
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def free_port() -> int:
    """Below 32768, where no outgoing connection can take it between this look and its use."""
    for _ in range(200):
        port = random.randrange(20_000, 32_768)  # noqa: S311  # a port is no secret
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                continue
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port between 20000 and 32767")


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    account: Account = OURSELVES,
    farewell: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a server in its own session, so that Ctrl-C reaches us alone and we decide when it stops.

    `farewell` is what the kernel sends it if we are killed. Linux ties that to the *thread* that started it, so it is
    asked for in the main thread only: start servers there.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own commands, without a shell
            [str(part) for part in command],
            cwd="/",
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_on_our_death(farewell),  # noqa: PLW1509  # one system call, looked up before the fork
            **account.credentials,
        )


def stop(process: subprocess.Popen[bytes], by: signal.Signals, *, within_seconds: float = 30) -> None:
    if process.poll() is None:
        process.send_signal(by)
    try:
        process.wait(within_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def tail(log: Path, lines: int = 15) -> str:
    """The last words of a server, for the error that says it did not start."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"


def _on_our_death(farewell: signal.Signals) -> Callable[[], object] | None:
    if _libc is None or threading.current_thread() is not threading.main_thread():
        return None
    prctl, number = _libc.prctl, int(farewell)
    return lambda: prctl(PR_SET_PDEATHSIG, number)
