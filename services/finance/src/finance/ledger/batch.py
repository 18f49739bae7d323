"""The body of a batch: a JSON list, or one JSON object per line; what cannot be read names the entry."""

from collections.abc import Iterator
from itertools import islice
from typing import Annotated

from fastapi import Depends, Request
from pydantic import FailFast, Field, TypeAdapter, ValidationError

from chassis.bodies import JSON_MEDIA, refuse_ambiguous
from chassis.problems import InvalidRequest, UnsupportedMediaType
from finance.ledger.schemas import MOST_ENTRIES, PostJournalEntry

NDJSON_MEDIA = "application/x-ndjson"
BATCH_MEDIA = (JSON_MEDIA, NDJSON_MEDIA)
BATCH_BODY_BYTES = 64 << 20

ENTRIES = TypeAdapter(Annotated[list[PostJournalEntry], Field(max_length=MOST_ENTRIES), FailFast()])
ENTRY = TypeAdapter(PostJournalEntry)


class BatchSize(InvalidRequest, code="finance.ledger.batch-size"):
    """A batch holds between one and 10,000 entries."""


async def batch(request: Request) -> list[PostJournalEntry]:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in BATCH_MEDIA:
        raise UnsupportedMediaType(f"Send the batch as {' or '.join(BATCH_MEDIA)}, not as {media[:80] or 'unnamed'}.")
    body = await request.body()
    entries = read_list(body) if media == JSON_MEDIA else list(islice(read_lines(body), MOST_ENTRIES + 1))
    if not entries:
        raise BatchSize("This one holds none.")
    if len(entries) > MOST_ENTRIES:
        raise BatchSize("This one holds more.")
    return entries


Batch = Annotated[list[PostJournalEntry], Depends(batch)]


def read_list(body: bytes) -> list[PostJournalEntry]:
    refuse_ambiguous(body)
    try:
        return ENTRIES.validate_json(body, strict=True)
    except ValidationError as error:
        raise _invalid(error) from error


def read_lines(body: bytes) -> Iterator[PostJournalEntry]:
    for number, line in enumerate(filter(bytes.strip, body.split(b"\n"))):
        refuse_ambiguous(line)
        try:
            yield ENTRY.validate_json(line, strict=True)
        except ValidationError as error:
            raise _invalid(error, number) from error


def _invalid(error: ValidationError, *above: int) -> InvalidRequest:
    failures = error.errors(include_url=False, include_input=False)[:100]
    if failures[0]["type"] == "too_long" and not failures[0]["loc"]:
        return BatchSize("This one holds more.")
    places = [(*above, *failure["loc"]) for failure in failures]
    errors = [
        {"pointer": "/" + "/".join(map(str, place)), "message": failure["msg"]}
        for place, failure in zip(places, failures, strict=True)
    ]
    entry = {"entry": places[0][0]} if places[0] else {}
    return InvalidRequest(f"{errors[0]['pointer']}: {errors[0]['message']}.", errors=errors, **entry)
