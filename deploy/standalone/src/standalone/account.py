"""Who a private PostgreSQL server runs as: it refuses root, so root borrows an existing unprivileged account."""

import os
import pwd
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BORROWED = ("postgres", "nobody")
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}  # ours may hold secrets that the borrowed account could read


@dataclass(frozen=True)
class Account:
    """Without a name: whoever we are already."""

    name: str | None = None
    uid: int = -1
    gid: int = -1

    @property
    def credentials(self) -> dict[str, Any]:
        """Arguments for `subprocess`."""
        return {"user": self.name, "group": self.gid, "extra_groups": []} if self.name else {}

    def can(self, *command: str | Path) -> bool:
        """Whether the command succeeds when this account runs it."""
        try:
            return self.run(*command).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def run(self, *command: str | Path, within_seconds: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own commands, without a shell
            [str(part) for part in command],
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within_seconds,
            check=False,
            **self.credentials,
        )

    def reaches(self, folder: Path) -> bool:
        return self.can("test", "-x", folder)

    def take(self, path: Path) -> None:
        """Makes this account the owner of what we made for it, with all that is inside."""
        if self.name:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.uid, self.gid, follow_symlinks=False)


OURSELVES = Account()


def server_account() -> Account:
    """Accounts are never created; subprocess needs the name, since initdb refuses a user that has none."""
    if os.geteuid() != 0:
        return OURSELVES
    for name in BORROWED:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise RuntimeError(f"PostgreSQL does not run as root, and none of the accounts {', '.join(BORROWED)} exists")
