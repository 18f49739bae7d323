"""How the columns of somebody's CSV file become the fields of ours."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from chassis.text import NO_NUL, Schema

MOST_BY_PREFIX = 200
SAMPLE = datetime(2024, 11, 23, 22, 45, 56, tzinfo=UTC)


def _readable(form: str) -> str:
    try:
        read = datetime.strptime(SAMPLE.strftime(form), form)  # noqa: DTZ007 - only the day is compared
    except ValueError:
        read = None
    if read is None or read.date() != SAMPLE.date():
        raise ValueError(f"{form!r} does not read a day, month and year; write it as in %d.%m.%Y or %Y-%m-%d %H:%M:%S")
    return form


Text = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Sign = Annotated[str, StringConstraints(min_length=1, max_length=1, pattern=r"^[^\x00\r\n]$")]
DateFormat = Annotated[str, StringConstraints(min_length=2, max_length=40, pattern=NO_NUL), AfterValidator(_readable)]
Columns = Annotated[list[ColumnName], Field(max_length=50)]


class OneOf(Schema):
    """A column and values that it may have."""

    column: ColumnName
    one_of: Annotated[list[Text], Field(min_length=1, max_length=1_000)]


class Case(OneOf):
    """Of rows in which a column has one of the values, a number is the sum of other columns; empty ones count zero."""

    filled: ColumnName | None = Field(default=None, description="Only of rows that have a value here too.")
    add: Columns = Field(default=[], description="None of them at all make zero.")
    less: Columns = Field(default=[])


class FieldRule(Schema):
    """Where one field comes from: a column, several columns joined, the first of several that has a value, or a
    constant; and how its text is read."""

    column: ColumnName | None = None
    columns: Annotated[list[ColumnName], Field(min_length=2, max_length=10)] | None = None
    first_of: Annotated[list[ColumnName], Field(min_length=2, max_length=10)] | None = Field(
        default=None, description="The file needs one of them only."
    )
    separator: Text = Field(
        default=" ", description="Stands between the values of joined columns; empty ones are left out."
    )
    constant: Text | None = None
    kind: Literal["text", "number", "date"] = "text"
    translate: Annotated[dict[Text, Text], Field(max_length=2_000)] = Field(
        default={}, description="Whole values and what stands for them, before they are read; others stay as they are."
    )
    otherwise: Text | None = Field(
        default=None, description="Stands for every value that is not translated; an empty text makes it nothing."
    )
    cases: Annotated[list[Case], Field(max_length=50)] = Field(
        default=[], description="The first that holds says what the number is, in place of the column."
    )
    prefix: Text = ""
    suffix: Text = ""
    currency_sign: Annotated[str, StringConstraints(min_length=1, max_length=8, pattern=NO_NUL)] | None = Field(
        default=None, description="Stands before or after a number and is passed over, such as $ or CAD."
    )
    round_to: Annotated[int, Field(ge=0, le=12)] | None = Field(
        default=None,
        description="Decimals that a number is rounded to, half away from zero: for the dirt of binary floats.",
    )
    shorten_to: Annotated[int, Field(ge=2, le=10_000)] | None = Field(
        default=None,
        description="Characters that a text may have: a longer one ends with …, and line breaks become blanks.",
    )
    if_there: bool = Field(default=False, description="The file need not have the column.")
    required: bool = Field(default=False, description="A row without a value here is rejected.")
    default: Text | None = Field(default=None, description="Stands for an empty value.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        sources = [it for it in (self.column, self.columns, self.first_of, self.constant) if it is not None]
        if len(sources) != 1:
            raise ValueError("give exactly one of column, columns, first_of and constant")
        if (self.round_to is not None or self.currency_sign or self.cases) and self.kind != "number":
            raise ValueError("round_to, currency_sign and cases need kind: number")
        if self.shorten_to is not None and self.kind != "text":
            raise ValueError("shorten_to needs kind: text")
        return self

    @property
    def sources(self) -> list[str]:
        return self.columns or self.first_of or ([self.column] if self.column else [])

    def fitted(self, names: Collection[str]) -> "FieldRule | None":
        """For a file with these names; None of a field that it need not have and does not."""
        rule = self
        if self.first_of and (there := [column for column in self.first_of if column in names]):
            rule = self.model_copy(update={"first_of": there})
        return None if self.if_there and not {*rule.sources} <= {*names} else rule


class Mapping(Schema):
    """How a CSV file, plain or gzip, becomes rows of fields."""

    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"
    delimiter: Sign = ","
    quote: Sign = '"'
    skip_lines: Annotated[int, Field(ge=0, le=100)] = Field(default=0, description="Records above the header.")
    header: Annotated[list[ColumnName], Field(min_length=1, max_length=1_000)] | None = Field(
        default=None, description="The names of the columns of a file that has no header."
    )
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal[".", ",", " ", "'", "’", "\u00a0", "\u202f"] | None = None
    date_formats: Annotated[list[DateFormat], Field(min_length=1, max_length=10)] = Field(
        default=["%Y-%m-%d"],
        description="As in strptime; the first that fits is taken, the time of the day is left out.",
    )
    null_words: Annotated[list[Text], Field(max_length=50)] = Field(default=[], description="Such as NULL, NA or *.")
    fields: Annotated[dict[FieldName, FieldRule], Field(min_length=1, max_length=100)]
    only: Annotated[list[OneOf], Field(max_length=20)] = Field(
        default=[], description="Rows are skipped unless all of them hold."
    )
    leave_out: Annotated[list[OneOf], Field(max_length=20)] = Field(
        default=[], description="Rows are skipped where one of them holds."
    )
    skip_if_empty: Columns = Field(default=[], description="Rows with an empty value in one of them are skipped.")
    skip_if_zero: Columns = Field(default=[], description="Rows with a zero in one of them are skipped.")
    keep: Columns = Field(default=[], description="Columns that stay with the row under their own names.")
    keep_if_there: Columns = Field(default=[], description="The same for columns that the file need not have.")
    keep_starting_with: Columns = Field(
        default=[], description="The same for all columns that begin so, such as tags/; at most 200."
    )

    @model_validator(mode="after")
    def _is_readable(self) -> Self:
        if self.delimiter == self.quote:
            raise ValueError("delimiter and quote are the same sign")
        if self.thousands_mark == self.decimal_mark:
            raise ValueError("decimal_mark and thousands_mark are the same sign")
        if self.delimiter in "\r\n \x00" or self.quote == " ":
            raise ValueError("a line break or a blank cannot be delimiter or quote")
        return self

    @property
    def used_columns(self) -> list[str]:
        """The columns that the file must have, each once."""
        by_rule = [column for rule in self.fields.values() for column in rule.sources]
        cases = [case for rule in self.fields.values() for case in rule.cases]
        chosen = [each.column for each in (*self.only, *self.leave_out, *cases)]
        return list(dict.fromkeys([*by_rule, *chosen, *self.skip_if_empty, *self.skip_if_zero, *self.keep]))

    def fitted(self, names: Collection[str]) -> Self:
        """Without the columns that a file with these names need not have and does not."""
        fields = {name: rule.fitted(names) for name, rule in self.fields.items()}
        begins = [name for name in names if name.startswith(tuple(self.keep_starting_with))][:MOST_BY_PREFIX]
        kept = [*self.keep, *(column for column in self.keep_if_there if column in names), *begins]
        there = {name: rule for name, rule in fields.items() if rule}
        empty: dict[str, list[str]] = {"keep_if_there": [], "keep_starting_with": []}
        return self.model_copy(update={"fields": there, "keep": list(dict.fromkeys(kept)), **empty})

    @property
    def summed_columns(self) -> list[str]:
        """Of cases: a file without such rows need not have them."""
        cases = [case for rule in self.fields.values() for case in rule.cases]
        named = [column for case in cases for column in (*case.add, *case.less, case.filled) if column]
        return list(dict.fromkeys(named))
