"""What a service costs beside what is asked of it; what was not measured is not told as nothing."""

from typing import Any
from uuid import uuid4

from tests.finance.allocation_run.towers import TOWERS, load, run
from tests.finance.books import Books
from tests.finance.charge_run.test_charge_run import customer, launched
from tests.finance.report.reading import follow, in_each_form, read

MAY = {"starts_on": "2025-05-01", "ends_on": "2025-06-01", "driver": "letters", "cost_object": "MAIL"}


async def counted(books: Books, *rows: str) -> None:
    await books.make("/v1/drivers", {"code": "letters", "name": "Letters", "unit": "letters", "kind": "flow"})
    await load(books, ["driver,cost_object,valid_from,quantity", *rows])


def only(report: dict[str, Any]) -> dict[str, Any]:
    (row,) = report["rows"]
    return dict(row)


async def test_dearer_mail_for_fewer_letters_shows_as_such(rising: Books) -> None:
    """100 for 200 letters in April, 110 for 100 in May: 0.50 a letter, then 1.10."""
    await counted(rising, "letters,MAIL,2025-04-03,200", "letters,MAIL,2025-05-03,100")
    report = await read(rising, "value-for-money", compare="before", **MAY)
    row = only(report)
    assert (row["cost"], row["demand"], row["unit_cost"]) == ("110", "100", "1.100000000000")
    changes = [row[f"{name}_change_percent"] for name in ("cost", "demand", "unit_cost")]
    assert changes == ["10.0", "-50.0", "120.0"]
    assert (report["compared_from"], report["unit"]) == ("2025-04-01", "letters")


async def test_what_was_not_measured_is_null_and_says_why(rising: Books) -> None:
    await counted(rising)
    row = only(await read(rising, "value-for-money", compare="before", **MAY))
    assert (row["demand"], row["unit_cost"], row["unmeasured"]) == (None, None, "no_quantity")
    assert (row["subscribed"], row["attainment"], row["demand_change_percent"]) == (None, None, None)


async def test_what_consumers_subscribe_to_stands_beside(rising: Books) -> None:
    """3 from April on, 2 that ended with April: on the last day of May there are 3."""
    await counted(rising)
    service_id = await launched(rising.finance, "MAIL")
    for quantity, ended_on in (("3", None), ("2", "2025-05-01")):
        id = uuid4()
        told = {
            "subscription_id": str(id),
            "service_id": str(service_id),
            "customer_id": await customer(rising.finance, f"Unit{quantity}"),
        }
        started = {**told, "quantity": quantity, "option": None, "starts_on": "2025-04-01"}
        await rising.finance.deliver("portfolio.subscription-started.v1", started, subject=id)
        if ended_on:
            await rising.finance.deliver("portfolio.subscription-ended.v1", {**told, "ended_on": ended_on}, subject=id)
    row = only(await read(rising, "value-for-money", **MAY))
    assert (row["subscribed"], row["service_id"]) == ("3", str(service_id))


async def test_it_is_full_cost_where_a_model_is_named_and_its_figures_are_explained(towers: Books) -> None:
    await run(towers, TOWERS)
    asked = {"driver": "traffic", "model": "tbm", "kind": "tower"}
    rows = await in_each_form(towers, "value-for-money", "rows", **asked)
    assert [(row["cost_object"], row["cost"], row["unit_cost"]) for row in rows] == [
        ("COMPUTE", "730.00", "365.000000000000"),
        ("NETWORK", "210.00", None),
    ]
    found = await follow(towers, "value-for-money", [row[of] for row in rows for of in ("explain", "explain_demand")])
    assert [it["amount"] for it in found[rows[0]["explain"]]["items"]] == ["630.00", "100.00"]
    assert [it["quantity"] for it in found[rows[0]["explain_demand"]]["items"]] == ["1", "1"]


async def test_what_portfolio_has_assessed_stands_beside_and_what_was_not_measured_lowers_no_attainment(
    rising: Books,
) -> None:
    await counted(rising)
    service_id = await launched(rising.finance, "MAIL")
    fact = {"service_id": str(service_id), "code": "MAIL", "window": "month", "number": 1}
    fact |= {"starts_on": "2025-05-01", "ends_on": "2025-06-01"}
    weights = {"weight": "4", "weight_measured": "3", "weight_met": "2"}
    await rising.finance.deliver("portfolio.performance-assessed.v1", {**fact, **weights}, subject=service_id)
    row = only(await read(rising, "value-for-money", **MAY))
    assert (row["attainment"], row["coverage"]) == ("66.67", "75.00")
