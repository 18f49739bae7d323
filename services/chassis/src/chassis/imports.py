"""Imports of files: the body is streamed, read by a saved mapping, and answered with what became of every row."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from collections.abc import Mapping as Named
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import Depends, Query, Request
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect

from chassis.operations import Session
from chassis.problems import FileUnreadable, MappingMisfit, NoSuchMapping, UnsupportedMediaType
from chassis.schema import import_mappings
from chassis.table_rows import Accepted, Rejection, Unreadable, outcomes, shortened
from chassis.tabular import Mapping
from chassis.text import Schema

CSV_MEDIA = ("text/csv", "application/gzip", "application/octet-stream")
IMPORT_BODY_BYTES = 512 << 20
BATCH_ROWS = 1_000
SHOWN_REJECTIONS = 1_000

MAPPING_NAME = r"^[a-z0-9][a-z0-9._-]*$"

M = TypeVar("M", bound=BaseModel)


class Reader(Protocol):
    """From the bytes of a file to what becomes of its rows, in groups; `fields`: name → must be there."""

    def __call__(
        self, body: AsyncIterator[bytes], mapping: Mapping | None, *, fields: Named[str, bool]
    ) -> AsyncIterator[list[Accepted | Rejection | None]]: ...


KeepRejections = Callable[[list[Rejection]], Awaitable[None]]


class RejectedRow(Schema):
    line: int
    column: str = Field(description="Empty when it is the row as a whole.")
    reason: str


class ImportResult(Schema):
    """What became of the rows: `read` = `accepted` + `rejected` + `skipped`, and what the accepted ones changed."""

    read: int
    accepted: int
    rejected: int
    skipped: int
    created: int
    changed: int
    unchanged: int
    rejections: list[RejectedRow] = Field(max_length=SHOWN_REJECTIONS, description="The first 1,000.")
    digest: str = Field(description="SHA-256 of the body as it was sent.")


@dataclass(frozen=True, slots=True)
class Row(Generic[M]):
    """An accepted row: its line in the file, what it says, and the columns that the mapping keeps."""

    number: int
    value: M
    kept: dict[str, str]


@dataclass
class FileUpload:
    """The body of an import. Counts every row once: accepted, rejected or skipped."""

    body: AsyncIterator[bytes]
    mapping: Mapping | None
    read_rows: Reader = outcomes
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    received_bytes: int = 0
    _shown: list[Rejection] = field(default_factory=list)
    _unkept: list[Rejection] = field(default_factory=list)
    _sha256: Any = field(default_factory=hashlib.sha256)

    @property
    def read(self) -> int:
        return self.accepted + self.rejected + self.skipped

    @property
    def digest(self) -> str:
        return str(self._sha256.hexdigest())

    async def batches(self, model: type[M], *, keep: KeepRejections | None = None) -> AsyncIterator[list[Row[M]]]:
        """Accepted rows, at least one and at most 1,000 at a time. `keep` is given every rejection, some at a time."""
        fields = {name: info.is_required() for name, info in model.model_fields.items()}
        if self.mapping:
            _fits(self.mapping, fields)
        batch: list[Row[M]] = []
        async for group in self.read_rows(self._digested(), self.mapping, fields=fields):
            for outcome in group:
                if row := self._judged(outcome, model):
                    batch.append(row)
                if len(batch) == BATCH_ROWS:
                    yield batch
                    batch = []
            await self._hand_over(keep)
        if batch:
            yield batch
        await self._hand_over(keep)

    @property
    def rejections(self) -> list[RejectedRow]:
        """The first 1,000."""
        return [RejectedRow.model_validate(rejection) for rejection in sorted(self._shown, key=attrgetter("line"))]

    def reject(self, row: Row[Any], field: str, reason: str) -> None:
        """An accepted row turns out to be one that cannot be taken; the column that `field` is read from is named."""
        self.accepted -= 1
        self._reject(Rejection(row.number, self._column(field), reason))

    def result(self, *, created: int = 0, changed: int = 0, unchanged: int = 0) -> ImportResult:
        return ImportResult(
            read=self.read,
            accepted=self.accepted,
            rejected=self.rejected,
            skipped=self.skipped,
            created=created,
            changed=changed,
            unchanged=unchanged,
            rejections=self.rejections,
            digest=self.digest,
        )

    async def _digested(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self.body:
                self._sha256.update(chunk)
                self.received_bytes += len(chunk)
                yield chunk
        except ClientDisconnect as gone:
            raise FileUnreadable("The upload broke off before its end.") from gone

    def _judged(self, outcome: Accepted | Rejection | None, model: type[M]) -> Row[M] | None:
        match outcome:
            case None:
                self.skipped += 1
            case Rejection():
                self._reject(outcome)
            case Accepted(line, values, kept):
                try:
                    row = Row(line, _validated(model, values), kept)
                except Unreadable as error:
                    self._reject(Rejection(line, self._column(error.column), error.reason))
                else:
                    self.accepted += 1
                    return row
        return None

    def _column(self, field: str) -> str:
        """The column that a field is read from; of a constant, the field itself."""
        rule = self.mapping.fields.get(field) if self.mapping else None
        return rule.sources[0] if rule and rule.sources else field

    def _reject(self, rejection: Rejection) -> None:
        self.rejected += 1
        if len(self._shown) < SHOWN_REJECTIONS:
            self._shown.append(rejection)
        self._unkept.append(rejection)

    async def _hand_over(self, keep: KeepRejections | None) -> None:
        if keep and self._unkept:
            await keep(self._unkept)
        self._unkept = []


def _fits(mapping: Mapping, fields: Named[str, bool]) -> None:
    missing = [name for name, needed in fields.items() if needed and name not in mapping.fields]
    unknown = [name for name in mapping.fields if name not in fields]
    if missing or unknown:
        what = f"lacks the field {missing[0]!r}" if missing else f"gives the unknown field {unknown[0]!r}"
        raise MappingMisfit(f"The mapping {what}; rows here have: {', '.join(fields)}.")


def _validated(model: type[M], values: dict[str, str]) -> M:
    """Raises Unreadable with the name of the first field that does not fit."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        shown = f": {shortened(first['input'])}" if isinstance(first["input"], str) else ""
        raise Unreadable(name, f"{first['msg']}{shown}") from error


MappingName = Annotated[
    str | None,
    Query(
        max_length=64,
        pattern=MAPPING_NAME,
        description="An import mapping; without one the columns of the file are called as the fields are.",
    ),
]


def upload_with(
    built_in: Named[str, Mapping], readers: Named[str, Reader] | None = None
) -> Callable[..., Awaitable[FileUpload]]:
    """The dependency that gives an operation its file. A stored mapping goes before one of `built_in` with its name;
    `readers` are those of media types besides CSV."""
    known: dict[str, Reader] = {**dict.fromkeys(CSV_MEDIA, outcomes), **(readers or {})}

    async def upload(request: Request, session: Session, mapping: MappingName = None) -> FileUpload:
        media = request.headers.get("content-type", CSV_MEDIA[-1]).partition(";")[0].strip().lower()
        if media not in known:
            raise UnsupportedMediaType(f"Send the file as one of {', '.join(known)}, not as {media[:80]}.")
        found = await _mapping(session, mapping, built_in) if mapping else None
        return FileUpload(request.stream(), found, known[media])

    return upload


Upload = Annotated[FileUpload, Depends(upload_with({}))]


async def _mapping(session: AsyncSession, name: str, built_in: Named[str, Mapping]) -> Mapping:
    stored = await session.scalar(select(import_mappings.c.mapping).where(import_mappings.c.name == name))
    if stored is None and name not in built_in:
        raise NoSuchMapping(f"There is no import mapping {name!r}.")
    return built_in[name] if stored is None else Mapping.model_validate(stored)
