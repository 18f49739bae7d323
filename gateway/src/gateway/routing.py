"""Which operation of which service a public address means: a table compiled from the contracts, and nothing else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from chassis.problems import MethodNotAllowed, NoSuchPath
from gateway.problems import PathRefused

MAX_PATH_BYTES, REMEMBERED_PATHS = 4096, 2048
OWN = "gateway"  # its own operations stand at the root, those of a service below its name
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")

# The characters of RFC 3986 paths, in segments that are not empty. Escapes stand for themselves: what an escape would
# hide (a slash, a dot segment, a control character) is refused below, so every reader sees the same segments.
PATH = re.compile(rb"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+)+")
HIDDEN = re.compile(rb"%(?:2[fF]|5[cC]|[01][0-9A-Fa-f]|7[fF])")


@dataclass(frozen=True, slots=True)
class Route:
    """One public operation as its contract describes it. `is_open` means that it takes callers without a token."""

    service: str
    operation: str
    permission: str | None
    max_body_bytes: int
    streams: bool
    is_open: bool
    prefix: bytes  # what the public address has in front of the service's own path: b"/portfolio"

    @property
    def takes_credentials(self) -> bool:
        """Where a client proves itself by HTTP Basic: nothing but the gateway itself ever sees such."""
        return self.is_open and self.service == OWN


@dataclass(slots=True)
class _Node:
    literal: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    routes: dict[str, Route] = field(default_factory=dict)

    def child(self, segment: str) -> "_Node":
        if segment.startswith("{"):
            self.parameter = self.parameter or _Node()
            return self.parameter
        return self.literal.setdefault(segment, _Node())

    def matching(self, segments: list[str], at: int = 0) -> Iterator["_Node"]:
        """The nodes that these segments lead to, the most literal first."""
        if at == len(segments):
            yield self
            return
        if literal := self.literal.get(segments[at]):
            yield from literal.matching(segments, at + 1)
        if self.parameter:
            yield from self.parameter.matching(segments, at + 1)


class Table:
    """Compiled once from OpenAPI documents by the name of their service."""

    def __init__(self, contracts: Mapping[str, dict[str, Any]]) -> None:
        self._root = _Node()
        self.find = lru_cache(REMEMBERED_PATHS)(self._find)
        for service, document in contracts.items():
            prefix = "" if service == OWN else f"/{service}"
            for template, item in document["paths"].items():
                self._add(service, prefix, template, item)

    def _add(self, service: str, prefix: str, template: str, item: dict[str, Any]) -> None:
        node = self._root
        for segment in (prefix + template).split("/")[1:]:
            node = node.child(segment)
        for method in METHODS & item.keys():
            node.routes[method.upper()] = _route(service, prefix, item[method])

    def _find(self, method: str, raw_path: bytes) -> Route:
        """Raises PathRefused, NoSuchPath, or MethodNotAllowed with the methods that there are as `allow`."""
        allowed: set[str] = set()
        for node in self._root.matching(segments_of(raw_path)):
            if route := node.routes.get(method):
                return route
            allowed |= node.routes.keys()
        if not allowed:
            raise NoSuchPath
        raise MethodNotAllowed(f"This address takes {', '.join(sorted(allowed))}.", allow=sorted(allowed))


def _route(service: str, prefix: str, operation: dict[str, Any]) -> Route:
    return Route(
        service=service,
        operation=operation["operationId"],
        permission=operation.get("x-permission"),
        max_body_bytes=int(operation.get("x-max-body-bytes", 0)),
        streams=bool(operation.get("x-streams")),
        is_open=operation.get("security") == [],
        prefix=prefix.encode(),
    )


def segments_of(raw_path: bytes) -> list[str]:
    """The segments of a path, decoded as a service will decode them; raises PathRefused if readers could differ."""
    if len(raw_path) > MAX_PATH_BYTES:
        raise PathRefused(f"A path has at most {MAX_PATH_BYTES} bytes.")
    if raw_path == b"/":
        return [""]
    if raw_path.endswith(b"/") and b"//" not in raw_path:
        raise NoSuchPath("Addresses here have no slash at their end.")
    if not PATH.fullmatch(raw_path) or HIDDEN.search(raw_path):
        raise PathRefused("A path holds no empty segments, backslashes, encoded slashes or control characters.")
    segments = [_decoded(segment) for segment in raw_path.decode("ascii").split("/")[1:]]
    if "." in segments or ".." in segments:
        raise PathRefused("A path holds no dot segments.")
    return segments


def _decoded(segment: str) -> str:
    if "%" not in segment:
        return segment
    try:
        return unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        raise PathRefused("A path is encoded as UTF-8.") from None
