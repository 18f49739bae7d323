"""What the demo did: figures, each compared with the published one, and the seconds of every step."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


def shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


@dataclass
class Report:
    lines: list[str] = field(default_factory=list)
    ties: int = 0
    broken: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Its lines appear below its title, which says how long it took."""
        place, started = len(self.lines), time.monotonic()
        yield
        self.lines.insert(place, f"\n{title}  ({time.monotonic() - started:.1f} s)")
        print("\n".join(self.lines[place:]), flush=True)

    def say(self, text: str) -> None:
        self.lines.append(f"  {text}")

    def tie(self, what: str, expected: Any, found: Any, *, quiet: bool = False) -> None:
        """A figure that must be the published one. `quiet` shows it only when it is not."""
        self.ties += 1
        if expected != found:
            self.broken.append(f"{what}: published {shown(expected)}, found {shown(found)}")
            self.say(f"✗ {self.broken[-1]}")
        elif not quiet:
            self.say(f"✓ {what}: {shown(found)}")

    def conclusion(self) -> str:
        verdict = f"{self.ties} figures compared with the published ones, "
        if self.broken:
            return "\n".join([f"\n{verdict}{len(self.broken)} differ:", *self.broken])
        return f"\n{verdict}all of them equal to the cent."
