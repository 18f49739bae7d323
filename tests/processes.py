"""Whether a process still runs, for tests of what must not outlive its owner."""

import time
from pathlib import Path


def is_running(pid: int | None) -> bool:
    """A process that ended and that nobody has asked about yet does not run any more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int | None, within_seconds: float = 20) -> bool:
    deadline = time.monotonic() + within_seconds
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)
