"""What the imports of the portfolio share: rows are taken one by one; a refused one does not stop the others."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from pydantic import BaseModel

from chassis.imports import FileUpload, Row
from chassis.problems import Problem

Outcome = Literal["created", "changed", "unchanged"]
M = TypeVar("M", bound=BaseModel)


class RowRefused(Exception):
    """One field of a row does not fit what is known."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def take_all(upload: FileUpload, rows: Sequence[Row[M]], take: Callable[[M], Outcome]) -> Counter[str]:
    """How many rows had which outcome. A row that breaks a rule is rejected with the words of the rule."""
    outcomes: Counter[str] = Counter()
    for row in rows:
        try:
            outcomes[take(row.value)] += 1
        except RowRefused as refused:
            upload.reject(row, refused.field, refused.reason)
        except Problem as problem:
            upload.reject(row, "", problem.detail)
    return outcomes
