"""Text that callers send: bounded, without NUL or other control characters that a database or a log would choke on."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
NO_NUL = r"^[^\x00]*$"

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_CONTROL, strip_whitespace=True)]
Prose = Annotated[str, StringConstraints(max_length=10_000, pattern=NO_NUL)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:-]*$")]


class Schema(BaseModel):
    """What callers send and see: unknown fields are refused, rows can be read by attribute."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, allow_inf_nan=False)
