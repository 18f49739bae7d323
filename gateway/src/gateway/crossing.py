"""Which header fields cross the gateway: the caller's, without its word on who or where it is, and the service's."""

import re
from functools import lru_cache

Fields = list[tuple[bytes, bytes]]

# RFC 9110, section 7.6.1: these, and what Connection names, are between two neighbours only. The last were dealt with
# by the server in front; the host is the service's own.
BETWEEN_NEIGHBOURS = frozenset(
    b"connection proxy-connection keep-alive te trailer transfer-encoding upgrade "
    b"proxy-authenticate proxy-authorization".split()
)
NOT_FORWARDED = BETWEEN_NEIGHBOURS | {b"host", b"expect", b"content-length"}
NOT_RETURNED = BETWEEN_NEIGHBOURS | {b"date", b"x-request-id"}  # which the gateway says itself
NAMES_NO_FIELD = (b"", b"keep-alive", b"close")  # of the values of Connection

# What says who asks or where from, which only the gateway may say; and names that some servers read as another name.
NOT_BELIEVED = re.compile(
    rb"authorization|forwarded|x-request-id|x-real-ip|remote-.*|ssl-.*|.*_.*"
    rb"|x-(?:forwarded|remote|auth|authenticated|user|client|original|rewrite|steward|http-method)(?:-.*)?"
)
FRAMING = {b"content-length", b"transfer-encoding"}


def believed(headers: Fields) -> Fields:
    return [field for field in _unnamed(headers) if _is_believed(field[0])]


@lru_cache(1024)
def crosses(name: bytes) -> bool:
    """Whether a field goes on to a service, where Connection does not name it."""
    return name not in NOT_FORWARDED and _is_believed(name)


@lru_cache(1024)
def _is_believed(name: bytes) -> bool:
    return NOT_BELIEVED.fullmatch(name) is None


def _unnamed(headers: Fields) -> Fields:
    """Without Connection and the fields that it names: further on it would name those that the gateway adds, too."""
    values = [value for name, value in headers if name == b"connection"]
    if not values:
        return headers
    named = {token.strip().lower() for value in values for token in value.split(b",")} - FRAMING
    return [field for field in headers if field[0] != b"connection" and field[0] not in named]


def kept(headers: Fields, dropped: frozenset[bytes]) -> Fields:
    named = [value for name, value in headers if name == b"connection"]
    if named:
        dropped = dropped | {token.strip().lower() for value in named for token in value.split(b",")}
    return [field for field in headers if field[0] not in dropped]
