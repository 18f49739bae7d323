"""Requests that two readers could read differently: what each says, and what may become of it."""

from dataclasses import dataclass

TOKEN, LENGTH, SIZE = b"@token@", b"@length@", b"@size@"  # the last two are those of INNER, in either notation
INNER = (
    b"GET /portfolio/v1/services?smuggled HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
    + TOKEN
    + b"\r\nConnection: close\r\n\r\n"
)
ASK = b"GET /portfolio/v1/services HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + TOKEN + b"\r\n"
SEND = (
    b"POST /portfolio/v1/services HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
    + TOKEN
    + b"\r\nContent-Type: application/json\r\n"
)
CHUNKED = SEND + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


@dataclass(frozen=True)
class Attack:
    """`parts` go out one after the other; a request of them is refused, or is served as the one that it is."""

    name: str
    parts: tuple[bytes, ...]
    served: bool = False

    def said(self, token: str) -> list[bytes]:
        length = len(INNER.replace(TOKEN, token.encode()))
        values = {TOKEN: token.encode(), LENGTH: b"%d" % length, SIZE: b"%x" % length}
        return [_filled(part, values) for part in self.parts]


def _filled(part: bytes, values: dict[bytes, bytes]) -> bytes:
    for name, value in values.items():
        part = part.replace(name, value)
    return part


def coded(coding: bytes) -> bytes:
    """A request whose body ends at once if `coding` means chunks; what follows is then another request."""
    return SEND + coding + b"\r\n\r\n" + END + INNER


def lengthened(length: bytes, body: bytes = b"{}") -> bytes:
    return SEND + length + b"\r\n\r\n" + body


CONFLICTS = {
    "a length and chunks": SEND + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + END + INNER,
    "chunks and a length": CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\n")
    + (SIZE + b"\r\n" + INNER + b"\r\n" + END),
    "chunks and a length of nothing": SEND + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + END + INNER,
}

CODINGS = {
    "none at all": b"Transfer-Encoding:",
    "identity": b"Transfer-Encoding: identity",
    "identity, then chunked": b"Transfer-Encoding: identity, chunked",
    "chunked, then identity": b"Transfer-Encoding: chunked, identity",
    "packed, then chunked": b"Transfer-Encoding: gzip, chunked",
    "chunked twice": b"Transfer-Encoding: chunked, chunked",
    "two fields": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "two fields, one unknown": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow",
    "another word": b"Transfer-Encoding: xchunked",
    "a longer word": b"Transfer-Encoding: chunkedx",
    "an empty item": b"Transfer-Encoding: ,chunked",
    "quoted": b'Transfer-Encoding: "chunked"',
    "with a parameter": b"Transfer-Encoding: chunked;q=1",
    "behind a vertical tab": b"Transfer-Encoding: \x0bchunked",
    "before a vertical tab": b"Transfer-Encoding: chunked\x0b",
    "before a NUL": b"Transfer-Encoding: chunked\x00",
    "after a blank before the colon": b"Transfer-Encoding : chunked",
    "after a tab before the colon": b"Transfer-Encoding\t: chunked",
    "in a folded line": b"Transfer-Encoding:\r\n chunked",
    "in a line that begins with a blank": b" Transfer-Encoding: chunked",
    "behind a bare line feed": b"X: y\nTransfer-Encoding: chunked",
    "behind a bare carriage return": b"X: y\rTransfer-Encoding: chunked",
    "under a name with a NUL": b"Transfer-\x00Encoding: chunked",
    "in Cyrillic": "Transfer-Encoding: сhunked".encode(),
}

LENGTHS = {
    "two that differ": b"Content-Length: 2\r\nContent-Length: 3",
    "two that agree": b"Content-Length: 2\r\nContent-Length: 2",
    "a list": b"Content-Length: 2, 2",
    "a sign": b"Content-Length: +2",
    "below nothing": b"Content-Length: -2",
    "a blank within": b"Content-Length: 2 2",
    "hexadecimal": b"Content-Length: 0x2",
    "a fraction": b"Content-Length: 2.0",
    "an exponent": b"Content-Length: 2e0",
    "grouped": b"Content-Length: 1_0",
    "in other digits": "Content-Length: ２".encode(),
    "nothing": b"Content-Length:",
    "beyond 64 bits": b"Content-Length: 18446744073709551618",
    "after a blank before the colon": b"Content-Length : 2",
    "in a folded line": b"Content-Length:\r\n 2",
}

CHUNKS = {
    "a size beyond 64 bits": b"10000000000000002\r\n{}\r\n" + END,
    "a size below nothing": b"-2\r\n{}\r\n" + END,
    "a size with a prefix": b"0x2\r\n{}\r\n" + END,
    "a size with a sign": b"+2\r\n{}\r\n" + END,
    "a blank before the size": b" 2\r\n{}\r\n" + END,
    "a blank behind the size": b"2 \r\n{}\r\n" + END,
    "no size": b"\r\n{}\r\n" + END,
    "a size that is no number": b"zz\r\n{}\r\n" + END,
    "more than its size": b"2\r\n{}{}\r\n" + END,
    "less than its size": b"8\r\n{}\r\n" + END + b"zz\r\n",
    "bare line feeds": b"2\n{}\n0\n\n",
    "a line feed in an extension": b"2;a\n{}\r\n" + END,
    "a carriage return in an extension": b"2;a\rb\r\n{}\r\n" + END,
    "a length behind the body": b"2\r\n{}\r\n0\r\nContent-Length: 9\r\n\r\n",
    "another coding behind the body": b"2\r\n{}\r\n0\r\nTransfer-Encoding: cow\r\n\r\n",
}

HEADS = {
    "bare line feeds": ASK.replace(b"\r\n", b"\n") + b"\n",
    "a bare line feed at the end": ASK + b"X: y\n\n",
    "two carriage returns": ASK + b"X: y\r\r\n\r\n",
    "a NUL in a value": ASK + b"X: a\x00b\r\n\r\n",
    "a NUL in a name": ASK + b"X\x00: a\r\n\r\n",
    "no name": ASK + b": a\r\n\r\n",
    "no colon": ASK + b"nothing\r\n\r\n",
    "a name in Latin": ASK + b"X\xe9: a\r\n\r\n",
    "no host": ASK.replace(b"Host: x\r\n", b"") + b"\r\n",
    "two hosts": ASK + b"Host: y\r\n\r\n",
    "a blank before the method": b" " + ASK + b"\r\n",
    "a blank in the address": ASK.replace(b"services", b"services x") + b"\r\n",
    "a tab in the address": ASK.replace(b"services", b"services\tx") + b"\r\n",
    "a NUL in the address": ASK.replace(b"services", b"services\x00x") + b"\r\n",
    "a fragment": ASK.replace(b"services", b"services#x") + b"\r\n",
    "an address in Latin": ASK.replace(b"services", b"services\xe9") + b"\r\n",
    "an address of another host without a path": ASK.replace(b"/portfolio/v1/services", b"http://evil") + b"\r\n",
    "another scheme": ASK.replace(b"/portfolio", b"file:///portfolio") + b"\r\n",
    "an encoded slash": ASK.replace(b"v1/services", b"v1%2fservices") + b"\r\n",
    "everything": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n" + INNER,
    "a mirror": ASK.replace(b"GET", b"TRACE") + b"\r\n",
    "an unknown method": ASK.replace(b"GET", b"SMUGGLE") + b"\r\n",
    "a method in lower case": ASK.replace(b"GET", b"get") + b"\r\n",
    "HTTP/0.9": b"GET /portfolio/v1/services\r\n\r\n",
    "HTTP/1.2": ASK.replace(b"1.1", b"1.2") + b"\r\n",
    "HTTP/1.10": ASK.replace(b"1.1", b"1.10") + b"\r\n",
    "HTTP/3.0": ASK.replace(b"1.1", b"3.0") + b"\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(50),
    "a greeting of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(300),
    "chunks of HTTP/1.0": CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + END,
    "what follows a refused one": ASK + b"X: a\x00b\r\n\r\n" + INNER,
    "too long a body that is a request": SEND + b"Content-Length: 2000000\r\n\r\n" + INNER,
}

UPGRADE = SEND + b"Connection: Upgrade\r\nUpgrade: %b\r\nContent-Length: %b\r\n\r\n"
UPGRADES = {
    "to HTTP/2 with a body": (UPGRADE % (b"h2c", b"2") + b"{}",),
    "with a request as its body, later": (UPGRADE % (b"x", LENGTH), INNER),
    "with chunks": (CHUNKED.replace(b"\r\n\r\n", b"\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), END + INNER),
}

HARMLESS = {
    "an address with a host": ASK.replace(b"/portfolio", b"http://evil.example/portfolio") + b"\r\n",
    "an address with a host and a name": ASK.replace(b"/portfolio", b"http://a@evil.example/portfolio") + b"\r\n",
    "a coding in mixed case": SEND + b"Transfer-Encoding:\tChUnKeD\r\n\r\n2\r\n{}\r\n" + END,
    "a length with zeros before it": lengthened(b"Content-Length: 002"),
    "a body within its length": lengthened(b"Content-Length: " + LENGTH, INNER),
    "another name for the coding": lengthened(b"Transfer_Encoding: chunked\r\nContent-Length: " + LENGTH, INNER),
    "a chunk that is a request": CHUNKED + SIZE + b"\r\n" + INNER + b"\r\n" + END,
    "extensions of chunks": CHUNKED + b'2;a="b";c\r\n{}\r\n' + END,
    "fields behind the body": CHUNKED + b"2\r\n{}\r\n0\r\nX-Steward-Identity: root\r\nIf-Match: 1\r\n\r\n",
    "asking for HTTP/2": ASK + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n",
    "asking for a WebSocket": ASK + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "a name of HTTP/2": ASK.replace(b"HTTP/1.1", b"HTTP/2.0") + b"\r\n",
    "empty lines before it": b"\r\n\r\n" + ASK + b"\r\n",
    "a value in Latin": ASK + b"X: \xe9\xff\r\n\r\n",
}

REFUSED = [
    *(Attack(f"framing: {name}", (said,)) for name, said in CONFLICTS.items()),
    *(Attack(f"coding: {name}", (coded(said),)) for name, said in CODINGS.items()),
    *(Attack(f"length: {name}", (lengthened(said),)) for name, said in LENGTHS.items()),
    *(Attack(f"chunk: {name}", (CHUNKED + said,)) for name, said in CHUNKS.items()),
    *(Attack(f"head: {name}", (said,)) for name, said in HEADS.items()),
    *(Attack(f"upgrade: {name}", said) for name, said in UPGRADES.items()),
]
SERVED = [Attack(f"harmless: {name}", (said,), served=True) for name, said in HARMLESS.items()]
