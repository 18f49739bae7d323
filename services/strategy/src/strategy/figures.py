"""Numbers that callers send, bounded so that what is computed of them always fits into an amount."""

from decimal import Decimal
from typing import Annotated

from chassis.money import DecimalString

_NUMBER = r"[0-9]{1,12}(\.[0-9]{1,6})?$"

Value = Annotated[
    Decimal,
    DecimalString(rf"^-?{_NUMBER}", 'write a number as a string such as "-12.5": at most 12 digits, then 6 decimals'),
]
Volume = Annotated[
    Decimal,
    DecimalString(
        rf"^{_NUMBER}", 'write a number of zero or more as a string such as "12.5": at most 12 digits, then 6 decimals'
    ),
]
Weight = Annotated[
    Decimal,
    DecimalString(
        r"^[0-9]{1,9}(\.[0-9]{1,4})?$",
        'write a weight of zero or more as a string such as "2.5": at most 9 digits, then 4 decimals',
    ),
]
PositiveWeight = Annotated[
    Decimal,
    DecimalString(
        r"^(?![0.]+$)[0-9]{1,9}(\.[0-9]{1,4})?$",
        'write a weight above zero as a string such as "2.5": at most 9 digits, then 4 decimals',
    ),
]
Share = Annotated[
    Decimal,
    DecimalString(
        r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$",
        'write a number from 0 to 1 as a string such as "0.75": at most 4 decimals',
    ),
]
Maturity = Annotated[
    Decimal,
    DecimalString(
        r"^([0-4](\.[0-9]{1,2})?|5(\.0{1,2})?)$",
        'write a maturity from 0 to 5 as a string such as "2.5": at most 2 decimals',
    ),
]
