"""The three methods against worked examples: exact fractions, and the figures that textbooks print."""

import json
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from finance.allocation_model.model import AllocationMethod
from finance.allocation_run.pool import Pool, amount_of, units
from tests.finance.allocation_run.pools import carried, pool

DATA = os.environ.get("STEWARD_DATA")
ORACLE = Path(DATA or "") / "oracles" / "cost_allocation.json"
CASES: list[dict[str, Any]] = json.loads(ORACLE.read_text())["cases"] if DATA else []
NEAR = 10  # units of 10^-12

pytestmark = pytest.mark.skipif(not DATA, reason="STEWARD_DATA is not set: NOT CHECKED against worked examples")


def pools_of(case: dict[str, Any], order: list[str] | None = None) -> list[Pool[str]]:
    return [pool(name, case["direct_cost"][name], case["share"][name]) for name in order or case["support"]]


def meets(case: dict[str, Any], method: AllocationMethod, pools: list[Pool[str]], expected: dict[str, Any]) -> None:
    """Exact to the last stored digit, and the whole cost on those who operate."""
    standing = carried(method, pools)
    found = {name: standing.got[name] + units(Decimal(case["direct_cost"][name])) for name in case["operating"]}
    assert sum(found.values()) == units(Decimal(case["total_cost"]))
    for name, exact in expected["final_exact"].items():
        assert abs(found[name] - Fraction(exact) * 10**12) < NEAR, name
        assert amount_of(found[name]).quantize(Decimal("0.01"), "ROUND_HALF_UP") == Decimal(expected["final"][name])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_direct_method_gives_the_worked_answer(case: dict[str, Any]) -> None:
    meets(case, AllocationMethod.DIRECT, pools_of(case), case["expected"]["direct"])


@pytest.mark.parametrize(
    ("case", "expected"),
    [(case, expected) for case in CASES for expected in case["expected"]["step_down"]],
    ids=lambda value: value.get("id") or "-".join(value["order"]),
)
def test_the_step_down_method_gives_the_worked_answer(case: dict[str, Any], expected: dict[str, Any]) -> None:
    meets(case, AllocationMethod.STEP_DOWN, pools_of(case, expected["order"]), expected)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_reciprocal_method_gives_the_worked_answer(case: dict[str, Any]) -> None:
    expected = case["expected"]["reciprocal"]
    meets(case, AllocationMethod.RECIPROCAL, pools_of(case), expected)
    given = carried(AllocationMethod.RECIPROCAL, pools_of(case)).given
    for name, exact in expected["gross_exact"].items():
        assert abs(given[name] - Fraction(exact) * 10**12) < NEAR, name


def test_published_gross_totals_are_met() -> None:
    (published,) = [case for case in CASES if case["id"] == "plant_maintenance_information_systems"]
    given = carried(AllocationMethod.RECIPROCAL, pools_of(published)).given
    assert {name: amount_of(total) for name, total in given.items()} == {
        "PlantMaintenance": Decimal("6576750.00"),
        "InformationSystems": Decimal("2767500.00"),
    }
