"""Reads a CSV file by its mapping: each record becomes a row of fields, is skipped, or is rejected with a reason."""

import re
from collections.abc import AsyncIterator, Iterable, Set
from collections.abc import Mapping as Named
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from chassis.money import exact_sum, fitted, parse_decimal, round_to
from chassis.problems import ColumnsDiffer, FileUnreadable
from chassis.records import Record, decoded, records, unpacked
from chassis.tabular import Case, FieldRule, Mapping

SHOWN = 60
MAX_KEPT_CHARS = 10_000


@dataclass(frozen=True, slots=True)
class Accepted:
    """`values` by field, without the empty ones: numbers plain, dates in ISO 8601; `kept` by column."""

    line: int
    values: dict[str, str]
    kept: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that cannot be taken; `column` is empty when it is the row as a whole."""

    line: int
    column: str
    reason: str


Outcome = Accepted | Rejection | None
"""None is a row that the mapping skips."""


async def outcomes(
    body: AsyncIterator[bytes], mapping: Mapping | None, *, fields: Named[str, bool]
) -> AsyncIterator[list[Outcome]]:
    """In groups, in order. Without a mapping the columns must be called as `fields` are (name → must be there)."""
    table = Table(mapping, fields)
    texts = decoded(unpacked(body), table.form.encoding)
    async for group in records(texts, delimiter=table.form.delimiter, quote=table.form.quote):
        yield table.read(group)
    if table.reader is None:
        raise FileUnreadable("The file has no header line.")


class Table:
    """A file as far as it has been read: what stands above the header, the header, the rows."""

    def __init__(self, mapping: Mapping | None, fields: Named[str, bool]) -> None:
        self._mapping, self._fields = mapping, fields
        self.form = mapping or Mapping(fields={name: FieldRule(column=name) for name in fields})
        self.reader = RowReader(self.form, self.form.header) if self.form.header else None
        self._above = self.form.skip_lines

    def read(self, group: list[Record]) -> list[Outcome]:
        rows = group[self._above :]
        self._above -= len(group) - len(rows)
        if self.reader is None and rows:
            names = [name.strip() for name in rows.pop(0)[1]]
            self.reader = RowReader(self._mapping or by_name(names, self._fields), names)
        return [self.reader.read(record) for record in rows] if self.reader else []


def by_name(names: list[str], fields: Named[str, bool]) -> Mapping:
    """The mapping of a file whose columns are called as our fields are."""
    missing = [name for name, needed in fields.items() if needed and name not in names]
    unknown = [name for name in names if name not in fields]
    if missing or unknown:
        what = f"lacks the column {missing[0]!r}" if missing else f"has the unknown column {unknown[0][:SHOWN]!r}"
        raise ColumnsDiffer(f"The file {what}; without a mapping its columns may be: {', '.join(fields)}.")
    return Mapping(fields={name: FieldRule(column=name) for name in names})


class Unreadable(ValueError):
    """A value that cannot become what its field needs."""

    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason


class RowReader:
    """Knows which position of a record becomes which field."""

    def __init__(self, mapping: Mapping, names: list[str]) -> None:
        self.mapping, self.width = mapping.fitted(names), len(names)
        self._nulls = frozenset(("", *mapping.null_words))
        summed = {column: names.index(column) for column in self.mapping.summed_columns if column in names}
        self._position = {**summed, **_positions(self.mapping.used_columns, names)}
        self._only = [(only.column, frozenset(only.one_of)) for only in mapping.only]
        self._left_out = [(left.column, frozenset(left.one_of)) for left in mapping.leave_out]
        self._grouped = _grouped(mapping)

    @property
    def columns(self) -> Set[str]:
        """Those that it reads; whatever stands in the others is passed over."""
        return self._position.keys()

    def read(self, record: Record) -> Outcome:
        line, fields = record
        if len(fields) != self.width:
            return Rejection(line, "", f"the row has {len(fields)} columns where the header has {self.width}")
        if "\x00" in "".join(fields):
            return Rejection(line, "", "the row has a NUL character")
        cells = {column: fields[position].strip() for column, position in self._position.items()}
        return None if self._skips(cells) else self._accepted(line, cells)

    def _skips(self, cells: dict[str, str]) -> bool:
        return (
            any(cells[column] not in wanted for column, wanted in self._only)
            or any(cells[column] in unwanted for column, unwanted in self._left_out)
            or any(cells[column] in self._nulls for column in self.mapping.skip_if_empty)
            or any(self._is_zero(cells[column]) for column in self.mapping.skip_if_zero)
        )

    def _accepted(self, line: int, cells: dict[str, str]) -> Accepted | Rejection:
        try:
            values = {name: self._value(name, rule, cells) for name, rule in self.mapping.fields.items()}
            kept = {column: self._kept(column, cells[column]) for column in self.mapping.keep}
        except Unreadable as error:
            return Rejection(line, error.column, error.reason)
        return Accepted(line, _filled(values), _filled(kept))

    def _kept(self, column: str, text: str) -> str | None:
        if len(text) > MAX_KEPT_CHARS:
            raise Unreadable(column, f"{shortened(text)} is longer than {MAX_KEPT_CHARS} characters")
        return None if text in self._nulls else text

    def _value(self, name: str, rule: FieldRule, cells: dict[str, str]) -> str | None:
        if rule.constant is not None:
            return rule.constant
        if case := next((it for it in rule.cases if self._holds(it, cells)), None):
            return self._summed(rule, case, cells)
        text = self._text(rule, cells)
        if not text:
            if rule.required:
                raise Unreadable(rule.sources[0], f"{name} is empty")
            return None
        try:
            return rule.prefix + self._read(rule, text) + rule.suffix
        except ValueError as error:
            raise Unreadable(rule.sources[0], str(error)) from error

    def _text(self, rule: FieldRule, cells: dict[str, str]) -> str:
        texts = [cells[column] for column in rule.sources if cells[column] not in self._nulls]
        text = rule.separator.join(texts[:1] if rule.first_of else texts)
        others = text if rule.otherwise is None or not text else rule.otherwise
        return rule.translate.get(text, others) or rule.default or ""

    def _holds(self, case: Case, cells: dict[str, str]) -> bool:
        return cells[case.column] in case.one_of and (
            case.filled is None or cells.get(case.filled, "") not in self._nulls
        )

    def _summed(self, rule: FieldRule, case: Case, cells: dict[str, str]) -> str:
        parts = [self._part(rule, column, cells) for column in case.add]
        parts += [self._part(rule, column, cells).copy_negate() for column in case.less]
        return _rounded(rule, exact_sum(parts))

    def _part(self, rule: FieldRule, column: str, cells: dict[str, str]) -> Decimal:
        if column not in cells:
            raise Unreadable(column, "the file has no such column, which this row needs")
        try:
            return Decimal(0) if cells[column] in self._nulls else self._number(rule, cells[column])
        except ValueError as error:
            raise Unreadable(column, str(error)) from error

    def _read(self, rule: FieldRule, text: str) -> str:
        match rule.kind:
            case "text":
                return text if rule.shorten_to is None else one_line(text, rule.shorten_to)
            case "date":
                return iso_date(text, tuple(self.mapping.date_formats))
            case "number":
                return _rounded(rule, self._number(rule, text))

    def _number(self, rule: FieldRule, text: str) -> Decimal:
        sign = rule.currency_sign or ""
        return parse_decimal(self._unmarked(text.removeprefix(sign).removesuffix(sign).strip()))

    def _unmarked(self, text: str) -> str:
        """The number with a point and without thousands marks; a mark at a place where it makes no sense is refused."""
        mark, point = self.mapping.thousands_mark, self.mapping.decimal_mark
        if mark and mark in text:
            if not self._grouped.fullmatch(text):
                raise ValueError(
                    f"{shortened(text)} has a thousands mark {mark!r} that is not between groups of three digits"
                )
            text = text.replace(mark, "")
        if point == "," and "." in text:
            raise ValueError(f"{shortened(text)} has a point where the decimal mark is a comma")
        return text.replace(point, ".")

    def _is_zero(self, text: str) -> bool:
        try:
            return not parse_decimal(self._unmarked(text))
        except ValueError:
            return False


def _rounded(rule: FieldRule, number: Decimal) -> str:
    rounded = number if rule.round_to is None else round_to(number, rule.round_to)
    return fitted(number if number == rounded else rounded)


def _filled(values: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def shortened(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")


def one_line(text: str, most: int) -> str:
    """Of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


@lru_cache(maxsize=4096)
def iso_date(text: str, formats: tuple[str, ...]) -> str:
    """The day in ISO 8601 by the first format that fits; ValueError when none does."""
    for form in formats:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - the day as the file writes it
        except ValueError:
            continue
    raise ValueError(f"{shortened(text)} is not a date like {' or '.join(formats)}")


def _positions(used: Iterable[str], names: list[str]) -> dict[str, int]:
    for column in used:
        if names.count(column) != 1:
            known = ", ".join(names[:50])[:1_000]
            what = "lacks the column" if column not in names else "has more than once the column"
            raise ColumnsDiffer(f"The file {what} {column!r}; its columns are: {known}.")
    return {column: names.index(column) for column in used}


def _grouped(mapping: Mapping) -> re.Pattern[str]:
    mark, point = re.escape(mapping.thousands_mark or " "), re.escape(mapping.decimal_mark)
    return re.compile(rf"[+-]?[0-9]{{1,3}}({mark}[0-9]{{3}})+({point}[0-9]*)?")
