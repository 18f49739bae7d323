"""What the body of a request may be: bounded, of the promised media type, and JSON that has only one meaning."""

import json
from typing import Any, NoReturn

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.types import Message, Receive

from chassis.problems import BodyTooLarge, MalformedBody, UnsupportedMediaType

JSON_MEDIA = "application/json"


def bounded(receive: Receive, *, max_bytes: int, declared: str | None) -> Receive:
    """Raises BodyTooLarge as soon as the body is known to be longer, declared or streamed."""
    too_large = BodyTooLarge(f"This operation takes at most {max_bytes} bytes.", max_bytes=max_bytes)
    if declared and declared.isdecimal() and (len(declared) > 18 or int(declared) > max_bytes):
        raise too_large
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > max_bytes:
            raise too_large
        return message

    return counted


class BoundedRequest(Request):
    """The same request with a body of at most `max_bytes`, which `understand` reads before the operation begins."""

    _understood: Any = None

    def __init__(self, request: Request, max_bytes: int) -> None:
        declared = request.headers.get("content-length")
        super().__init__(request.scope, bounded(request.receive, max_bytes=max_bytes, declared=declared))

    async def understand(self, content: TypeAdapter[Any]) -> None:
        """JSON types are taken literally: "5" is no number, 5 no text and a number no date."""
        raw = await self.body()
        if not raw:
            return  # whether there must be one is asked together with the parameters
        media = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != JSON_MEDIA:
            raise UnsupportedMediaType(f"Send the body as {JSON_MEDIA}, not as {media[:80] or 'an unnamed type'}.")
        refuse_ambiguous(raw)
        try:
            self._understood = content.validate_json(raw, strict=True)
        except ValidationError as error:
            failures = error.errors(include_url=False, include_input=False)
            raise RequestValidationError([{**it, "loc": ("body", *it["loc"])} for it in failures]) from error

    @property
    def understood(self) -> Any:
        """What the body says; RequestValidationError if there is none."""
        if self._understood is None:
            raise RequestValidationError(
                [{"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}]
            )
        return self._understood

    async def json(self) -> Any:
        return self._understood


def refuse_ambiguous(raw: bytes) -> None:
    """MalformedBody for what readers of JSON take differently: duplicate names, NaN, other encodings, endless depth."""
    try:
        json.loads(
            raw.decode(), object_pairs_hook=_once_each, parse_constant=_no_number, parse_int=str, parse_float=str
        )
    except RecursionError:
        raise MalformedBody("The body is nested too deeply.") from None
    except UnicodeDecodeError:
        raise MalformedBody("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise MalformedBody(f"The body is not valid JSON: {error}.") from None


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise MalformedBody(f"The name {name[:80]!r} stands twice in one object.")
        seen.add(name)


def _no_number(constant: str) -> NoReturn:
    raise MalformedBody(f"{constant} is not a number in JSON.")
