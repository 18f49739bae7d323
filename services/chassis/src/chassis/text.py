"""What callers send besides amounts: text, days, instants; each bounded by a pattern that all regex dialects share."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

NO_NUL = r"^[^\x00]*$"
LINE = r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$"
TAG = r'^"?[0-9]{1,18}"?$'
CODE = r"^[A-Za-z0-9][A-Za-z0-9._/:-]*$"

# Years that neither overflow when time zones or periods are added, nor come from a number read as a time.
_DAY = r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"
DAY = rf"^{_DAY}$"
INSTANT = rf"^{_DAY}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,6}})?(Z|[+-][0-9]{{2}}:[0-9]{{2}})$"

SENTENCES = {
    NO_NUL: "a NUL character cannot be stored",
    LINE: "write one line without control characters and without spaces around it",
    CODE: "a code begins with a letter or a digit and consists of those and . _ / : -",
    TAG: 'give one ETag as it was received, such as "3"',
    DAY: "write a day from 1900-01-01 to 2199-12-31, such as 2026-03-31",
    INSTANT: "write a time with its offset from UTC, such as 2026-03-31T12:00:00Z or 2026-03-31T08:00:00-04:00",
}


def _written(pattern: str, read: Callable[[str], date]) -> BeforeValidator:
    """Texts must match and are read here, because a strict reader takes a text for a date only straight from JSON.

    Anything else is left to the type, so that rows of the database pass as they are.
    """

    def check(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if not re.fullmatch(pattern, value):
            raise PydanticCustomError("written_otherwise", "{sentence}", {"sentence": SENTENCES[pattern]})
        return read(value)

    return BeforeValidator(check)


Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=LINE)]
Prose = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=CODE)]
Day = Annotated[date, _written(DAY, date.fromisoformat), Field(json_schema_extra={"pattern": DAY})]
Instant = Annotated[
    AwareDatetime, _written(INSTANT, datetime.fromisoformat), Field(json_schema_extra={"pattern": INSTANT})
]


class Schema(BaseModel):
    """What callers send and see: unknown fields are refused, rows can be read by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, allow_inf_nan=False)
