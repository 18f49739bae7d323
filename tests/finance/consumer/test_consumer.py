"""Consumers: customers as finance has heard of them."""

from typing import Any
from uuid import UUID, uuid4

from chassis.testing import ServiceUnderTest
from tests.finance.books import Books, entry, line

FINANCE_UNIT, TAX_UNIT, AGENCY = uuid4(), uuid4(), uuid4()


async def hear(finance: ServiceUnderTest, fact: str, id: UUID, code: str, *, sequence: int, name: str = "Unit") -> None:
    told = {"customer_id": str(id), "code": code, "name": name, "kind": "internal_unit", "parent_id": None}
    await finance.deliver(f"strategy.customer-{fact}.v1", told, subject=id, sequence=sequence)


async def merge(finance: ServiceUnderTest, merged: UUID, into: UUID, *, sequence: int) -> None:
    told = {"merged_id": str(merged), "survivor_id": str(into)}
    await finance.deliver("strategy.customers-merged.v1", told, subject=merged, sequence=sequence)


async def known(finance: ServiceUnderTest) -> dict[str, dict[str, Any]]:
    items = (await finance.client.get("/v1/consumers")).json()["items"]
    return {it["code"]: it for it in items}


async def test_a_customer_is_known_by_its_newest_name(finance: ServiceUnderTest) -> None:
    await hear(finance, "registered", FINANCE_UNIT, "FIN", sequence=1)
    await hear(finance, "changed", FINANCE_UNIT, "FIN", sequence=3, name="Newest")
    await hear(finance, "changed", FINANCE_UNIT, "OLD", sequence=2, name="Older")
    consumers = await known(finance)
    assert {code: (it["id"], it["name"]) for code, it in consumers.items()} == {"FIN": (str(FINANCE_UNIT), "Newest")}


async def test_whoever_was_merged_belongs_to_the_last_survivor(finance: ServiceUnderTest) -> None:
    for id, code in ((FINANCE_UNIT, "FIN"), (TAX_UNIT, "TAX"), (AGENCY, "CRA")):
        await hear(finance, "registered", id, code, sequence=1)
    await merge(finance, TAX_UNIT, FINANCE_UNIT, sequence=2)
    await merge(finance, FINANCE_UNIT, AGENCY, sequence=2)
    consumers = await known(finance)
    assert {code: it["survivor_id"] for code, it in consumers.items()} == {
        "TAX": str(AGENCY),
        "FIN": str(AGENCY),
        "CRA": None,
    }
    alive = (await finance.client.get("/v1/consumers?merged=false")).json()["items"]
    assert [it["code"] for it in alive] == ["CRA"]


async def test_a_merge_into_a_customer_not_heard_of_yet_waits(finance: ServiceUnderTest) -> None:
    await hear(finance, "registered", TAX_UNIT, "TAX", sequence=1)
    await merge(finance, TAX_UNIT, AGENCY, sequence=2)
    assert (await known(finance))["TAX"]["survivor_id"] is None


async def test_cost_for_a_merged_customer_is_its_survivors(books: Books) -> None:
    for id, code in ((TAX_UNIT, "TAX"), (AGENCY, "CRA")):
        await hear(books.finance, "registered", id, code, sequence=1)
    await merge(books.finance, TAX_UNIT, AGENCY, sequence=2)
    posted = (await books.post(entry(lines=[line("5200", "1", consumer="TAX"), line("2000", "-1")]))).json()
    assert [(it["consumer"], it["consumer_id"]) for it in posted["lines"]] == [("CRA", str(AGENCY)), (None, None)]
