"""What processes have cost so far, as Linux counts it."""

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def descendants(pid: int) -> list[int]:
    """The process itself and all that it started, directly or not."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                found += descendants(int(child))
    return found


def cpu_seconds(processes: Collection[int]) -> float:
    """User and system time of these and of the children that they have waited for."""
    total = 0
    for pid in processes:
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
    return total / TICKS


def peak_megabytes(processes: Collection[int]) -> float:
    """The sum of the highest resident set that each has had."""
    total = 0
    for pid in processes:
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    total += int(line.split()[1])
    return total / 1024
