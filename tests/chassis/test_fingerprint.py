"""What is said again is recognized, however its amounts are written."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import BaseModel

from chassis.fingerprint import fingerprint


class Said(BaseModel):
    amount: Decimal
    on: date
    parts: list[Decimal] = []


FIRST = Said(amount=Decimal(100), on=date(2026, 4, 1), parts=[Decimal("0.10")])


def test_the_same_in_other_digits_is_the_same() -> None:
    again = Said(amount=Decimal("100.00"), on=date(2026, 4, 1), parts=[Decimal("0.1")])
    assert fingerprint(again) == fingerprint(FIRST)


@pytest.mark.parametrize("other", [{"amount": Decimal("100.01")}, {"on": date(2026, 4, 2)}, {"parts": []}])
def test_anything_else_is_something_else(other: dict[str, object]) -> None:
    assert fingerprint(FIRST.model_copy(update=other)) != fingerprint(FIRST)
