"""Where the standalone platform keeps what must survive a restart: its data, and who may ask for tokens."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from gateway.clients import register
from standalone.child import LOOPBACK, free_port

VARIABLE, DEFAULT = "STEWARD_HOME", Path(".steward")
PORT_VARIABLE, PORT = "PORT", 8480


@dataclass(frozen=True)
class Home:
    folder: Path

    @classmethod
    def here(cls) -> "Home":
        folder = Path(os.environ.get(VARIABLE, DEFAULT)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def clients(self) -> Path:
        return self.folder / "clients.json"

    @property
    def credentials(self) -> Path:
        """`client_id:secret` of a client that may do everything; readable by its owner only."""
        return self.folder / "administrator"

    def administrator(self) -> tuple[str, str]:
        """Client id and secret, made at the first start."""
        if not (self.credentials.exists() and self.clients.exists()):
            made = register(self.clients, name="Administrator", roles=["administrator"], client_id="administrator")
            with os.fdopen(os.open(self.credentials, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
                out.write(":".join(made) + "\n")
        client_id, _, secret = self.credentials.read_text().strip().partition(":")
        return client_id, secret


def chosen_port() -> int:
    """The one that was asked for, else the usual one, else any that is free."""
    if asked := os.environ.get(PORT_VARIABLE):
        return int(asked)
    with socket.socket() as probe:
        return free_port() if probe.connect_ex((LOOPBACK, PORT)) == 0 else PORT
