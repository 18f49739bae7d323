"""The programs that may ask for the gateway's own tokens: who they are, what they may do, and proof that it is them."""

import base64
import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator

from gateway.roles import OF_ONE_UNIT, ROLES

COST, BLOCK_SIZE, PARALLEL = 2**14, 8, 1  # of scrypt: 16 MiB and some 40 ms for each try
SALT_BYTES, SECRET_BYTES = 16, 32


class Client(BaseModel):
    """A registered program. `secret_hash` is `scrypt$cost$block size$parallelism$salt$hash` in base64."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client_id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,100}$")
    name: str = Field(min_length=1, max_length=200)
    secret_hash: str = Field(max_length=300)
    roles: tuple[str, ...] = Field(min_length=1)
    unit: UUID | None = None

    @field_validator("roles")
    @classmethod
    def _exist(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(roles) - ROLES.keys())
        if unknown:
            raise ValueError(f"{unknown[0]} is no role; there are {', '.join(ROLES)}")
        return roles


CLIENTS = TypeAdapter(list[Client])


def hashed(secret: str) -> str:
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.scrypt(secret.encode(), salt=salt, n=COST, r=BLOCK_SIZE, p=PARALLEL)
    return "$".join(["scrypt", str(COST), str(BLOCK_SIZE), str(PARALLEL), _text(salt), _text(digest)])


def matches(secret: str, secret_hash: str) -> bool:
    """In the same time whether they match or not; takes some 40 ms of a core."""
    _, cost, block_size, parallel, salt, expected = secret_hash.split("$")
    parameters = {"n": int(cost), "r": int(block_size), "p": int(parallel)}
    digest = hashlib.scrypt(secret.encode(), salt=base64.b64decode(salt), **parameters)
    return hmac.compare_digest(digest, base64.b64decode(expected))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


NOBODY = hashed(secrets.token_urlsafe(SECRET_BYTES))


class Clients:
    """The file of registered clients, read again when it has changed, so that a registration needs no restart."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._seen = file, (0, 0)
        self._known: dict[str, Client] = {}

    def find(self, client_id: str) -> Client | None:
        self._read_if_changed()
        return self._known.get(client_id)

    def _read_if_changed(self) -> None:
        if self._file is None or not self._file.exists():
            return
        state = self._file.stat()
        if (state.st_mtime_ns, state.st_ino) != self._seen:
            self._known = {client.client_id: client for client in CLIENTS.validate_json(self._file.read_bytes())}
            self._seen = (state.st_mtime_ns, state.st_ino)


def register(
    file: Path, *, name: str, roles: Sequence[str], unit: UUID | None = None, client_id: str | None = None
) -> tuple[str, str]:
    """Adds a client to the file; returns its id and its secret, which is kept nowhere. A known id gets a new secret."""
    if unit is None and set(roles) & OF_ONE_UNIT:
        raise ValueError("a consumer is registered with the unit (customer id) whose statements it may see")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    client = Client(
        client_id=client_id or f"client-{secrets.token_hex(6)}",
        name=name,
        secret_hash=hashed(secret),
        roles=tuple(roles),
        unit=unit,
    )
    with _alone(file):
        known = CLIENTS.validate_json(file.read_bytes()) if file.exists() else []
        _replace(file, [other for other in known if other.client_id != client.client_id] + [client])
    return client.client_id, secret


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(file: Path, clients: list[Client]) -> None:
    """Whole or not at all, and readable by its owner only."""
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(CLIENTS.dump_json(clients, indent=2) + b"\n")
    fresh.replace(file)
