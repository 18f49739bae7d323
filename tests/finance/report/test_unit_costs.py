"""What a unit of a service costs, month by month and over the range, and why where it cannot be told."""

from decimal import Decimal
from typing import Any

import pytest

from finance.report.measure import percent, percent_change, ratio
from finance.report.unit_cost import Unmeasured, unmeasured
from tests.finance.allocation_run.towers import TOWERS, load, run
from tests.finance.books import Books
from tests.finance.report.reading import follow, in_each_form, read, refused

SPRING = {"starts_on": "2025-04-01", "ends_on": "2025-07-01", "cost_object": "MAIL"}


@pytest.fixture
async def boxes(rising: Books) -> Books:
    """MAIL costs 100, 110 and 120 from April to June, with 50 boxes from the 10th of April and 40 from June on."""
    for code, kind in (("boxes", "level"), ("letters", "flow")):
        await rising.make("/v1/drivers", {"code": code, "name": code, "unit": code, "kind": kind})
    rows = ["boxes,MAIL,2025-04-10,50", "boxes,MAIL,2025-06-01,40", "letters,MAIL,2025-04-01,200"]
    await load(rising, ["driver,cost_object,valid_from,quantity", *rows, "letters,MAIL,2025-06-30,300"])
    return rising


def column(report: dict[str, Any], *names: str) -> list[Any]:
    return [tuple(row[name] for name in names) for row in report["rows"]]


async def test_a_level_counts_as_it_stands_at_the_end_of_each_period(boxes: Books) -> None:
    """2.00, 2.20 and 3.00 in the months; 330 / 40 over the quarter."""
    report = await read(boxes, "unit-costs", driver="boxes", **SPRING)
    assert column(report, "period", "cost", "quantity", "unit_cost", "change_percent") == [
        ("2025-26-P01", "100", "50", "2.000000000000", None),
        ("2025-26-P02", "110", "50", "2.200000000000", "10.0"),
        ("2025-26-P03", "120", "40", "3.000000000000", "36.4"),
        (None, "330", "40", "8.250000000000", None),
    ]


async def test_a_flow_is_counted_and_a_month_without_any_has_no_unit_cost(boxes: Books) -> None:
    report = await read(boxes, "unit-costs", driver="letters", **SPRING)
    assert column(report, "quantity", "unit_cost", "unmeasured") == [
        ("200", "0.500000000000", None),
        (None, None, "no_quantity"),
        ("300", "0.400000000000", None),
        ("500", "0.660000000000", None),
    ]
    assert column(report, "change_percent")[2] == (None,)


async def test_full_cost_is_told_for_the_periods_that_a_run_is_of(towers: Books) -> None:
    """The year's run says nothing of a month: COMPUTE's 730 by 2 TB over the year."""
    await run(towers, TOWERS)
    report = await read(towers, "unit-costs", driver="traffic", model="tbm", cost_object="COMPUTE")
    assert column(report, "cost", "quantity", "unit_cost", "unmeasured")[:3] == [
        (None, "1", None, "not_allocated"),
        (None, "1", None, "not_allocated"),
        (None, None, None, "not_allocated"),
    ]
    assert column(report, "cost", "quantity", "unit_cost")[-1] == ("730.00", "2", "365.000000000000")
    await towers.make("/v1/allocation-runs", {"model": "tbm", "starts_on": "2025-04-01", "ends_on": "2025-05-01"})
    report = await read(towers, "unit-costs", driver="traffic", model="tbm", cost_object="COMPUTE")
    assert column(report, "cost", "unit_cost")[0] == ("730.00", "730.000000000000")


async def test_who_took_no_part_in_the_run_bears_what_was_posted_on_it(towers: Books) -> None:
    await run(towers, {"code": "none", "method": "direct", "pools": [TOWERS["pools"][1]]})
    report = await read(towers, "unit-costs", driver="traffic", model="tbm", kind="cost_center")
    yearly = {row["cost_object"]: row["cost"] for row in report["rows"] if row["period"] is None}
    assert yearly == {"IT": "800.00", "LAB": "40.00"}


async def test_figures_lead_to_the_cost_and_the_quantities_behind_them(boxes: Books) -> None:
    rows = await in_each_form(boxes, "unit-costs", "rows", driver="letters", **SPRING)
    found = await follow(boxes, "unit-costs", [row[name] for row in rows for name in ("explain", "explain_quantity")])
    assert [len(found[row["explain"]]["items"]) for row in rows] == [1, 1, 1, 3]
    assert [[it["quantity"] for it in found[row["explain_quantity"]]["items"]] for row in rows] == [
        ["200"],
        [],
        ["300"],
        ["200", "300"],
    ]


async def test_a_driver_that_is_not_there_is_refused(boxes: Books) -> None:
    assert await refused(boxes, "unit-costs", driver="none") == "finance.driver.unknown"


def test_a_ratio_is_rounded_once_and_never_by_nothing() -> None:
    assert ratio(Decimal(1), Decimal(3)) == Decimal("0.333333333333")
    assert ratio(Decimal(1), Decimal(0)) is None
    assert ratio(None, Decimal(1)) is None
    assert ratio(Decimal("1e19"), Decimal("1e-12")) is None
    assert unmeasured(Decimal("1e19"), Decimal("1e-12"), None) == Unmeasured.TOO_LARGE


def test_of_nothing_and_of_less_there_is_no_percentage() -> None:
    assert percent(Decimal(1), Decimal(8)) == Decimal("12.5")
    assert percent(Decimal(1), Decimal(-8)) is None
    assert percent_change(Decimal(1), Decimal(0)) is None
    assert percent_change(Decimal(3), Decimal(4)) == Decimal("-25.0")
