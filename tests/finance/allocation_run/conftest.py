"""Books with towers: cost by nature, traffic as a flow, consumers with their headcount."""

import pytest

from tests.finance.allocation_run.towers import load, spend
from tests.finance.books import Books
from tests.finance.charge_run.test_charge_run import customer


@pytest.fixture
async def towers(books: Books) -> Books:
    """IT costs 800.00 in salaries and 100.00 in licences, LAB 40.00 in salaries; three consumers of 3, 2 and 1."""
    for code, kind in (("IT", "cost_center"), ("LAB", "cost_center"), ("COMPUTE", "tower"), ("NETWORK", "tower")):
        await books.make("/v1/cost-objects", {"code": code, "name": code.title(), "kind": kind})
    await books.make("/v1/drivers", {"code": "traffic", "name": "Traffic", "unit": "TB", "kind": "flow"})
    rows = ["driver,cost_object,valid_from,quantity", "traffic,COMPUTE,2025-04-01,1", "traffic,COMPUTE,2025-05-01,1"]
    await load(books, [*rows, "traffic,MAIL,2025-06-01,3", "traffic,HOSTING,2026-03-31,5", "traffic,MAIL,2026-04-01,9"])
    for name, headcount in (("Water", "3"), ("Harbour", "2"), ("Transit", "1")):
        await customer(books.finance, name, headcount)
    await spend(books, "it-salaries", "5100", "IT", "800.00")
    await spend(books, "it-licences", "5200", "IT", "100.00")
    await spend(books, "lab", "5100", "LAB", "40.00")
    return books
