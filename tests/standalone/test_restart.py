"""The platform in one process as its user meets it: it starts, stops when asked, and what was there is there again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import scratch

SECONDS = 90


@pytest.fixture
def home() -> Iterator[Path]:
    with scratch() as folder:
        yield folder


def told(home: Path, by: signal.Signals) -> tuple[list[str], str, int]:
    """Starts it, stops it by a signal once it runs; the figures that it told, all that it wrote, and how it ended."""
    log = home / "said"
    environment = {**os.environ, "STEWARD_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        command = [sys.executable, "-m", "standalone"]
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + SECONDS
    while "Ctrl-C stops it" not in log.read_text() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    process.send_signal(by)
    ended = process.wait(SECONDS)
    said = log.read_text()
    figures = [line for line in said.splitlines() if line.startswith(("Services", "Cost", "Recovery", "Decisions"))]
    return figures, said, ended


def test_what_was_there_is_there_again_after_a_restart_and_both_ends_are_clean(home: Path) -> None:
    first, _, ended = told(home, signal.SIGTERM)
    assert ended == 0
    assert len(first) == 4
    again, said, ended = told(home, signal.SIGINT)
    assert (ended, again) == (0, first)
    assert "Traceback" not in said
    assert "Stopped; the data stay." in said
