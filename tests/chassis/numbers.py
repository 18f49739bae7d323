"""Numbers that tests of money draw, and where published reference data is."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import strategies as st

from chassis.money import EXACT

D = Decimal


def decimals(places: int = 12, digits: int = 32) -> st.SearchStrategy[Decimal]:
    """Any plain number of at most `digits` digits, `places` of them after the point."""
    return st.integers(-(10**digits) + 1, 10**digits - 1).map(lambda units: D(units).scaleb(-places, EXACT))


amounts = decimals()
weights = st.lists(decimals().map(Decimal.copy_abs), min_size=1, max_size=12).filter(any)


def public(path: str) -> Path:
    """A file of published reference data, which is not part of the project."""
    root = os.environ.get("STEWARD_DATA")
    if root is None:
        pytest.skip("STEWARD_DATA is not set: NOT CHECKED against published reference data")
    return Path(root) / path
