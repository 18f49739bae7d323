"""The cost object of an initiative: a project that is opened, renamed and closed as strategy says."""

from typing import Any
from uuid import uuid4

import pytest

from chassis.testing import ServiceUnderTest
from tests.finance.books import Books, entry, line
from tests.finance.cost_object.test_cost_object import hear, known

INITIATIVE = uuid4()


async def heard(finance: ServiceUnderTest, fact: str, sequence: int, **more: Any) -> None:
    told = {"initiative_id": str(INITIATIVE), "code": "PORTAL", "name": "Portal", "service_ids": [], "reason": "Done"}
    told |= {f"{fact}_on": "2025-06-01", **more}
    await finance.deliver(f"strategy.initiative-{fact}.v1", told, subject=INITIATIVE, sequence=sequence)


async def test_an_opened_initiative_opens_a_project_that_follows_its_name(finance: ServiceUnderTest) -> None:
    await heard(finance, "opened", 1)
    [project] = await known(finance)
    assert (project["code"], project["kind"], project["opened_on"]) == ("PORTAL", "project", "2025-06-01")
    assert (project["initiative_id"], project["service_id"]) == (str(INITIATIVE), None)
    await heard(finance, "changed", 3, name="New portal")
    await heard(finance, "changed", 2, name="Old portal")
    [project] = (await finance.client.get(f"/v1/cost-objects?initiative_id={INITIATIVE}")).json()["items"]
    assert project["name"] == "New portal"


@pytest.mark.parametrize("fact", ["completed", "cancelled"])
async def test_the_last_day_of_an_initiative_is_the_last_day_of_its_cost(books: Books, fact: str) -> None:
    await heard(books.finance, "opened", 1, opened_on="2025-04-01")
    await heard(books.finance, fact, 2, **{f"{fact}_on": "2025-05-31"})
    [project] = (await books.client.get(f"/v1/cost-objects?initiative_id={INITIATIVE}")).json()["items"]
    assert project["closed_on"] == "2025-06-01"
    lines = [line("5200", "100.00", cost_object="PORTAL"), line("2000", "-100.00")]
    late = await books.post(entry("1", posted_on="2025-06-01", lines=lines))
    assert (late.status_code, late.json()["code"]) == (409, "finance.ledger.cost-object-closed")
    assert (await books.post(entry("2", posted_on="2025-05-31", lines=lines))).status_code == 201


async def test_a_completion_heard_first_is_not_undone_by_the_opening(finance: ServiceUnderTest) -> None:
    await heard(finance, "completed", 5)
    await heard(finance, "opened", 1, opened_on="2025-01-01")
    [project] = await known(finance)
    assert project["closed_on"] == "2025-06-02"


async def test_a_project_opened_by_hand_under_the_code_is_taken_over(books: Books) -> None:
    body = {"code": "PORTAL", "name": "By hand", "kind": "program"}
    made = (await books.client.post("/v1/cost-objects", json=body)).json()
    await heard(books.finance, "opened", 1)
    [project] = (await books.client.get(f"/v1/cost-objects?initiative_id={INITIATIVE}")).json()["items"]
    assert project["id"] == made["id"]


async def test_a_service_under_the_same_code_does_not_take_the_project_over(finance: ServiceUnderTest) -> None:
    await heard(finance, "opened", 1, code="MAIL")
    await hear(finance, "chartered", 1)
    [project] = await known(finance)
    assert (project["initiative_id"], project["service_id"]) == (str(INITIATIVE), None)
