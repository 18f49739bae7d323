"""One JSON object per line as the rows of an import, in bounded memory: each names its fields, with texts as values."""

from collections.abc import AsyncIterator, Collection
from collections.abc import Mapping as Named

from pydantic import TypeAdapter, ValidationError

from chassis.bodies import refuse_ambiguous
from chassis.problems import FileUnreadable, MalformedBody, MappingMisfit
from chassis.records import MAX_RECORD_CHARS, decoded, unpacked
from chassis.table_rows import SHOWN, Accepted, Outcome, Rejection
from chassis.tabular import Mapping

NDJSON_MEDIA = "application/x-ndjson"

OBJECT = TypeAdapter(dict[str, str | None])


async def ndjson_outcomes(
    body: AsyncIterator[bytes], mapping: Mapping | None, *, fields: Named[str, bool]
) -> AsyncIterator[list[Outcome]]:
    """In groups, in order; plain or gzip. Null is an empty value, and an empty line no row."""
    if mapping:
        raise MappingMisfit("Lines of JSON name their fields themselves: send them without a mapping.")
    number, rest = 1, ""
    async for text in decoded(unpacked(body), "utf-8"):
        *lines, rest = (rest + text).split("\n")
        if len(rest) > MAX_RECORD_CHARS:
            raise FileUnreadable(f"Line {number + len(lines)} is too long.")
        yield [_outcome(at, line, fields) for at, line in enumerate(lines, number) if line.strip()]
        number += len(lines)
    if rest.strip():
        yield [_outcome(number, rest, fields)]


def _outcome(number: int, line: str, fields: Collection[str]) -> Outcome:
    try:
        refuse_ambiguous(line.encode())
        said = OBJECT.validate_json(line, strict=True)
    except MalformedBody as error:
        return Rejection(number, "", error.detail)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return Rejection(number, str(next(iter(first["loc"]), ""))[:SHOWN], first["msg"])
    if unknown := [name for name in said if name not in fields]:
        return Rejection(number, unknown[0][:SHOWN], f"there is no such field; there are: {', '.join(fields)}")
    return Accepted(number, {name: value for name, value in said.items() if value}, {})
