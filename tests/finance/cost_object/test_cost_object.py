"""Cost objects: opened by hand, from a file, or because a service was heard of."""

from typing import Any
from uuid import UUID, uuid4

from chassis.testing import ServiceUnderTest
from tests.finance.books import Books, entry

SERVICE = uuid4()
FACT = {"service_id": str(SERVICE), "code": "MAIL", "name": "Mail", "kind": "customer_facing", "replacement_id": None}


async def hear(finance: ServiceUnderTest, fact: str, sequence: int, **more: Any) -> None:
    type_ = f"portfolio.service-{fact}.v1"
    await finance.deliver(type_, {**FACT, f"{fact}_on": "2025-06-01", **more}, subject=SERVICE, sequence=sequence)


async def known(finance: ServiceUnderTest) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await finance.client.get("/v1/cost-objects")).json()["items"]
    return items


async def test_a_chartered_service_opens_a_cost_object_and_a_launched_one_is_chargeable(
    finance: ServiceUnderTest,
) -> None:
    await hear(finance, "chartered", 3)
    [mail] = await known(finance)
    assert (mail["service_id"], mail["kind"], mail["opened_on"]) == (str(SERVICE), "service", "2025-06-01")
    assert not mail["chargeable"]
    await hear(finance, "launched", 4)
    [mail] = await known(finance)
    assert mail["chargeable"]


async def test_a_launch_heard_first_opens_the_cost_object_and_the_older_charter_changes_nothing(
    finance: ServiceUnderTest,
) -> None:
    await hear(finance, "launched", 4)
    await hear(finance, "chartered", 3, name="Older name")
    [mail] = await known(finance)
    assert (mail["name"], mail["chargeable"]) == ("Mail", True)


async def test_a_cost_object_under_the_services_code_is_linked_to_it(books: Books) -> None:
    await hear(books.finance, "launched", 1)
    linked = {it["code"]: (it["service_id"], it["chargeable"]) for it in await known(books.finance)}
    assert linked == {"MAIL": (str(SERVICE), True), "HOSTING": (None, False)}


async def test_a_changed_service_renames_its_cost_object_unless_the_fact_is_old(finance: ServiceUnderTest) -> None:
    await hear(finance, "changed", 1, code="UNHEARD-OF")
    assert await known(finance) == []
    await hear(finance, "chartered", 2)
    await hear(finance, "changed", 4, code="EMAIL", name="E-mail")
    await hear(finance, "changed", 3, code="OLD", name="Old")
    [mail] = await known(finance)
    assert (mail["code"], mail["name"]) == ("EMAIL", "E-mail")


async def test_a_retired_service_takes_no_cost_from_its_last_day_on(books: Books) -> None:
    await hear(books.finance, "launched", 1)
    await hear(books.finance, "retired", 2)
    refused = await books.post(entry("1", posted_on="2025-06-01"))
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.ledger.cost-object-closed")
    assert (await books.post(entry("2", posted_on="2025-05-31"))).status_code == 201
    assert (await books.post(entry("3", posted_on="2025-06-01", adjustment=True))).status_code == 201


async def test_a_service_first_heard_of_when_it_is_retired_has_a_closed_cost_object(finance: ServiceUnderTest) -> None:
    await hear(finance, "retired", 9)
    [mail] = await known(finance)
    assert (mail["opened_on"], mail["closed_on"], mail["chargeable"]) == ("2025-06-01", "2025-06-01", False)


async def test_a_cost_object_is_described_at_its_version_and_does_not_close_before_it_opened(books: Books) -> None:
    found = (await books.client.get("/v1/cost-objects?code=MAIL")).json()["items"][0]
    path, version = f"/v1/cost-objects/{found['id']}", {"If-Match": f'"{found["version"]}"'}
    body = {"name": "Mail", "kind": "tower", "chargeable": True}
    early = await books.client.put(path, json={**body, "closed_on": "2020-01-01"}, headers=version)
    assert (early.status_code, early.json()["code"]) == (409, "finance.cost-object.closed-before-opened")
    changed = await books.client.put(path, json={**body, "closed_on": "2026-03-01"}, headers=version)
    assert (changed.json()["kind"], changed.json()["closed_on"]) == ("tower", "2026-03-01")


async def test_a_list_of_cost_objects_is_imported_and_again_changes_nothing(books: Books) -> None:
    headers = {"Content-Type": "text/csv"}
    table = "code,name,kind,opened_on,closed_on\nMAIL,Mail,program,,\nP1,Migration,project,2025-01-01,2025-09-01\n"
    first = (await books.client.post("/v1/cost-object-imports", content=table, headers=headers)).json()
    assert (first["created"], first["changed"], first["rejected"]) == (1, 1, 0), first
    again = (await books.client.post("/v1/cost-object-imports", content=table, headers=headers)).json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 2)
    wrong = "code,name,kind,opened_on,closed_on\nP2,X,project,2025-02-01,2025-01-01\nP3,X,hobby,,\nP4,X,project,,\n"
    third = (await books.client.post("/v1/cost-object-imports", content=wrong, headers=headers)).json()
    assert (third["created"], [it["column"] for it in third["rejections"]]) == (1, ["closed_on", "kind"])


async def told(finance: ServiceUnderTest, service: UUID, fact: str, sequence: int, on: str, code: str = "MAIL") -> None:
    said = {"service_id": str(service), "code": code, "name": f"Mail {service}", "kind": "supporting"}
    await finance.deliver(
        f"portfolio.service-{fact}.v1", {**said, f"{fact}_on": on}, subject=service, sequence=sequence
    )


async def by_service(finance: ServiceUnderTest) -> dict[str, str]:
    return {it["service_id"]: it["code"] for it in await known(finance)}


async def test_the_code_of_an_archived_service_goes_to_the_cost_object_of_the_next_one(
    finance: ServiceUnderTest,
) -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    for service, year in ((first, 2023), (second, 2024), (third, 2025)):
        await told(finance, service, "chartered", 1, f"{year}-01-01")
        await told(finance, service, "retired", 2, f"{year}-06-01")
    assert await by_service(finance) == {
        str(first): "MAIL:2023-06-01",
        str(second): "MAIL:2024-06-01",
        str(third): "MAIL",
    }
    assert len(await known(finance)) == 3


async def test_the_next_service_may_be_heard_of_before_the_end_of_the_one_that_had_its_code(
    finance: ServiceUnderTest,
) -> None:
    old, new = uuid4(), uuid4()
    await told(finance, old, "chartered", 1, "2023-01-01")
    await told(finance, new, "chartered", 1, "2025-02-01")
    await told(finance, old, "changed", 2, "2025-01-01")
    await told(finance, old, "retired", 3, "2025-01-31")
    assert await by_service(finance) == {str(old): "MAIL:2025-02-01", str(new): "MAIL"}
    ended = {it["service_id"]: it["closed_on"] for it in await known(finance)}
    assert ended == {str(old): "2025-01-31", str(new): None}


async def test_codes_that_are_taken_on_the_same_day_stay_apart(finance: ServiceUnderTest) -> None:
    services = [uuid4() for _ in range(3)]
    long = "M" * 64
    for service in services:
        await told(finance, service, "retired", 1, "2025-06-01", long)
    codes = await by_service(finance)
    assert codes[str(services[2])] == long
    assert codes[str(services[0])] == f"{'M' * 44}:2025-06-01"
    assert codes[str(services[1])].startswith(f"{'M' * 44}:2025-06-01:")
    assert all(len(code) <= 64 for code in codes.values())


async def test_a_withdrawn_service_takes_no_cost_any_more_and_an_unheard_one_opens_nothing(
    finance: ServiceUnderTest,
) -> None:
    await told(finance, uuid4(), "withdrawn", 2, "2025-03-01", "NEW")
    assert await known(finance) == []
    mail = uuid4()
    await told(finance, mail, "chartered", 1, "2025-01-01")
    await told(finance, mail, "withdrawn", 2, "2025-03-01")
    assert [it["closed_on"] for it in await known(finance)] == ["2025-03-01"]
