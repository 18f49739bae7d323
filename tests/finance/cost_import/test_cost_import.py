"""A file of cost data reaches the ledger once, as the difference to what its source has posted before."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from sqlalchemy import text
from starlette.requests import ClientDisconnect

from chassis.testing import ServiceUnderTest
from tests.finance.cost_import.files import Imports, cost_file

APRIL = cost_file(
    "2025-04-03,5100,MAIL,100.10,CAD,Team",
    "2025-04-20,5200,HOSTING,50.00,CAD,Licences",
    "2025-05-01,5200,MAIL,7.00,CAD,Licences",
)


async def test_each_fiscal_period_gets_one_balanced_entry(imports: Imports) -> None:
    made = await imports.done(APRIL)
    entries = await imports.entries()
    assert [entry["posted_on"] for entry in entries] == ["2025-04-01", "2025-05-01"]
    assert {entry["posting_id"] for entry in entries} == {made["posting_id"]}
    assert await imports.balances() == {
        ("5100", "MAIL"): Decimal("100.10"),
        ("5200", "HOSTING"): Decimal("50.00"),
        ("5200", "MAIL"): Decimal("7.00"),
        ("2000", None): Decimal("-157.10"),
    }


async def test_an_import_announces_its_cost_once(imports: Imports, finance: ServiceUnderTest) -> None:
    made = await imports.done(APRIL)
    [fact] = await finance.announced("finance.cost-posted.v1")
    assert (fact.data["source"], fact.data["reference"]) == ("cost-import/erp/billed", made["id"])
    totals = {(it["cost_object_code"], it["period_code"], it["nature"]): it["amount"] for it in fact.data["totals"]}
    assert totals == {
        ("MAIL", "2025-26-P01", "Labour"): "100.10",
        ("HOSTING", "2025-26-P01", "Software"): "50.00",
        ("MAIL", "2025-26-P02", "Software"): "7.00",
    }


async def test_the_same_file_again_changes_nothing(imports: Imports, finance: ServiceUnderTest) -> None:
    first = await imports.done(APRIL)
    again = await imports.done(APRIL)
    assert (first["changed"], again["changed"]) == (True, False)
    assert again["id"] == first["id"]
    assert len(await imports.items("/v1/cost-imports")) == 1
    assert len(await imports.entries()) == 2
    assert len(await finance.announced("finance.cost-posted.v1")) == 1


async def test_the_same_rows_in_another_order_are_an_import_that_posts_nothing(imports: Imports) -> None:
    await imports.done(APRIL)
    header, *rows = APRIL.strip().split("\n")
    again = await imports.done("\n".join([header, *reversed(rows)]))
    assert (again["changed"], again["posting_id"]) == (False, None)
    assert len(await imports.items("/v1/cost-imports")) == 2


async def test_a_corrected_file_posts_only_the_difference(imports: Imports, finance: ServiceUnderTest) -> None:
    await imports.done(APRIL)
    made = await imports.done(APRIL.replace("HOSTING,50.00", "HOSTING,45.50"))
    [entry] = await imports.items("/v1/journal-entries", posting_id=made["posting_id"])
    lines = (await imports.books.client.get(f"/v1/journal-entries/{entry['id']}")).json()["lines"]
    assert [(it["account"], it["cost_object"], Decimal(it["amount"])) for it in lines] == [
        ("5200", "HOSTING", Decimal("-4.50")),
        ("2000", None, Decimal("4.50")),
    ]
    assert len(await finance.announced("finance.cost-posted.v1")) == 2


async def test_a_growing_file_never_multiplies(imports: Imports) -> None:
    for day in range(1, 6):
        await imports.done(cost_file(*(f"2025-04-{past:02},5100,MAIL,1.00,CAD,Day" for past in range(1, day + 1))))
    assert await imports.balances() == {("5100", "MAIL"): Decimal(5), ("2000", None): Decimal(-5)}


async def test_a_row_that_is_gone_is_taken_back_also_from_a_period_without_rows(imports: Imports) -> None:
    await imports.done(APRIL)
    await imports.done(cost_file("2025-04-03,5100,MAIL,100.10,CAD,Team"))
    assert await imports.balances() == {("5100", "MAIL"): Decimal("100.10"), ("2000", None): Decimal("-100.10")}


async def test_an_import_of_one_period_leaves_the_others_alone(imports: Imports) -> None:
    await imports.done(APRIL)
    await imports.done(cost_file("2025-04-03,5100,MAIL,1.00,CAD,Team"), period="2025-26-P01")
    balances = await imports.balances()
    assert balances[("5100", "MAIL")] == 1
    assert balances[("5200", "MAIL")] == 7


async def test_honest_identical_rows_both_count(imports: Imports) -> None:
    row = "2025-04-03,5100,MAIL,2.50,CAD,Team"
    await imports.done(cost_file(row, row))
    assert (await imports.balances())[("5100", "MAIL")] == Decimal("5.00")


async def test_two_sources_never_touch_each_other(imports: Imports) -> None:
    row = cost_file("2025-04-03,5100,MAIL,2.50,CAD,Team")
    await imports.done(row, source="erp")
    await imports.done(row, source="payroll")
    again = await imports.done(row, source="erp")
    assert not again["changed"]
    assert (await imports.balances())[("5100", "MAIL")] == Decimal("5.00")


async def test_the_same_file_twice_at_one_moment_counts_once(imports: Imports) -> None:
    await asyncio.gather(*(imports.done(APRIL) for _ in range(3)))
    assert (await imports.balances())["2000", None] == Decimal("-157.10")
    assert len(await imports.entries()) == 2


async def test_billed_and_effective_cost_of_a_source_are_never_added_together(imports: Imports) -> None:
    await imports.done(APRIL, view="billed")
    answer = await imports.send(APRIL, view="effective")
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.cost-import.other-view-posted")
    assert len(await imports.entries()) == 2


async def test_a_reversed_import_is_posted_again(imports: Imports) -> None:
    row = cost_file("2025-04-03,5100,MAIL,2.50,CAD,Team")
    await imports.done(row)
    [entry] = await imports.entries()
    reversal = await imports.books.client.post(f"/v1/journal-entries/{entry['id']}/reversal", json={"reason": "Wrong"})
    assert reversal.status_code == 201
    assert (await imports.done(row))["changed"]
    assert (await imports.balances())[("5100", "MAIL")] == Decimal("2.50")


async def test_every_row_is_accepted_rejected_or_skipped_and_rejected_ones_are_kept(imports: Imports) -> None:
    made = await imports.done(
        cost_file(
            "2025-04-03,5100,MAIL,1.00,CAD,Good",
            "2025-04-03,9999,MAIL,1.00,CAD,Unknown account",
            "2025-04-03,5100,MAIL,1.00x,CAD,Unreadable amount",
            "03.04.2025,5100,MAIL,1.00,CAD,Unreadable date",
            "2024-04-03,5100,MAIL,1.00,CAD,Outside the year",
            "2025-04-03,,MAIL,1.00,CAD,No account",
            "2025-04-03,2000,MAIL,1.00,CAD,The balancing account",
            "2025-04-03,5100,MAIL,1.00,XXX,No currency",
        )
    )
    assert (made["accepted"], made["rejected"]) == (1, 7)
    kept = await imports.items(f"/v1/cost-imports/{made['id']}/rejected-rows")
    assert [(row["line"], row["column"]) for row in kept] == [
        (3, "account"),
        (4, "amount"),
        (5, "posted_on"),
        (6, "posted_on"),
        (7, "account"),
        (8, "account"),
        (9, "currency"),
    ]
    assert "'9999'" in kept[0]["reason"]
    assert "'1.00x'" in kept[1]["reason"]
    assert kept == sorted(made["rejections"], key=lambda row: row["line"])
    assert (await imports.balances())[("5100", "MAIL")] == 1


async def test_a_file_without_an_acceptable_row_is_refused_and_takes_nothing_back(imports: Imports) -> None:
    await imports.done(APRIL)
    answer = await imports.send(cost_file("2025-04-03,9999,MAIL,1.00,CAD,Unknown account"))
    assert (answer.status_code, answer.json()["code"]) == (422, "finance.cost-import.nothing-accepted")
    assert answer.json()["rejections"][0]["line"] == 2
    assert (await imports.balances())[("5100", "MAIL")] == Decimal("100.10")


async def test_cost_of_an_unknown_or_closed_cost_object_is_visibly_unassigned(imports: Imports) -> None:
    await imports.books.make(
        "/v1/cost-objects", {"code": "OLD", "name": "Old", "kind": "service", "opened_on": "2020-01-01"}
    )
    [old] = await imports.items("/v1/cost-objects", code="OLD")
    closed = await imports.books.client.put(
        f"/v1/cost-objects/{old['id']}",
        json={"name": "Old", "kind": "service", "chargeable": False, "closed_on": "2025-04-10"},
        headers={"If-Match": f'"{old["version"]}"'},
    )
    assert closed.status_code == 200, closed.text
    made = await imports.done(
        cost_file(
            "2025-04-03,5100,NOBODY,1.00,CAD,Unknown",
            "2025-04-03,5100,,2.00,CAD,Not named",
            "2025-04-10,5100,OLD,4.00,CAD,After its end",
            "2025-04-09,5100,OLD,8.00,CAD,Before its end",
        )
    )
    assert made["unassigned"] == 3
    rows = await imports.items(f"/v1/cost-imports/{made['id']}/rows", cost_object="unassigned")
    assert [(row["line"], row["named_cost_object"]) for row in rows] == [(2, "NOBODY"), (3, None), (4, "OLD")]
    balances = await imports.balances()
    assert [balances["5100", code] for code in ("unassigned", "OLD")] == [Decimal(7), Decimal(8)]


async def test_a_closed_period_refuses_the_whole_file(imports: Imports, finance: ServiceUnderTest) -> None:
    assert (await imports.books.move("2025-26-P02", "closing")).status_code == 200
    answer = await imports.send(APRIL)
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.fiscal-period.not-open")
    assert await imports.entries() == []
    assert await imports.items("/v1/cost-imports") == []
    assert await finance.announced("finance.cost-posted.v1") == []


async def test_a_file_that_changes_nothing_of_a_closed_period_is_no_offence(imports: Imports) -> None:
    await imports.done(APRIL)
    await imports.books.move("2025-26-P01", "closing")
    assert not (await imports.done(APRIL))["changed"]
    grown = await imports.done(APRIL + "2025-05-02,5200,MAIL,1.00,CAD,More\n")
    assert grown["changed"]


async def test_gzip_is_taken_and_a_truncated_one_leaves_nothing(imports: Imports) -> None:
    packed = gzip.compress(APRIL.encode())
    cut = await imports.send(packed[:-4])
    assert (cut.status_code, cut.json()["code"]) == (400, "import.unreadable")
    assert await imports.items("/v1/cost-imports") == []
    assert (await imports.done(packed))["accepted"] == 3


async def test_an_upload_that_breaks_off_leaves_nothing(imports: Imports, finance: ServiceUnderTest) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield cost_file(*["2025-04-03,5100,MAIL,1.00,CAD,Row"] * 2_500).encode()
        raise ClientDisconnect

    answer = await imports.send(broken())
    assert (answer.status_code, answer.json()["code"]) == (400, "import.unreadable")
    assert await imports.items("/v1/cost-imports") == []
    assert await imports.entries() == []
    async with finance.database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM cost_import_rows")) == 0


async def test_a_foreign_currency_needs_its_rate(imports: Imports) -> None:
    dollars = cost_file("2025-04-03,5100,MAIL,100.00,USD,Team", "2025-04-03,5100,MAIL,1.00,CAD,Team")
    refused = await imports.send(dollars)
    assert (refused.status_code, refused.json()["code"]) == (422, "finance.ledger.rate-missing")
    assert "USD" in refused.json()["detail"]
    await imports.done(dollars, rates="USD:1.3525")
    assert (await imports.balances())[("5100", "MAIL")] == Decimal("136.25")


async def test_another_rate_moves_the_base_amount_only(imports: Imports) -> None:
    dollars = cost_file("2025-04-03,5100,MAIL,100.00,USD,Team")
    await imports.done(dollars, rates="USD:1.3525")
    assert (await imports.done(dollars, rates="USD:1.40"))["changed"]
    assert await imports.balances() == {("5100", "MAIL"): Decimal(140), ("2000", None): Decimal(-140)}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"period": "1999-00"}, "finance.cost-import.period-unknown"),
        ({"balancing_account": "9999"}, "finance.cost-import.account-unfit"),
        ({"balancing_account": "5100"}, "finance.cost-import.account-unfit"),
        ({"default_account": "2000"}, "finance.cost-import.account-unfit"),
        ({"rates": "USD:0"}, "request.invalid"),
        ({"rates": "ZZZ:1"}, "request.invalid"),
        ({"rates": "USD=1"}, "request.invalid"),
        ({"source": "a b"}, "request.invalid"),
        ({"view": "both"}, "request.invalid"),
        ({"unheard": "x"}, "request.unknown-parameter"),
    ],
)
async def test_terms_that_make_no_sense_are_refused(imports: Imports, query: dict[str, str], code: str) -> None:
    answer = await imports.send(APRIL, **query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await imports.entries() == []


async def test_completeness_tells_an_empty_period_from_one_that_was_never_imported(imports: Imports) -> None:
    made = await imports.done(APRIL, period="2025-26-P01")
    rows = await imports.items("/v1/cost-completeness", fiscal_year="2025-26")
    assert [row["fiscal_period"] for row in rows] == [f"2025-26-P{month:02}" for month in range(1, 13)]
    first, second = rows[:2]
    assert (first["cost_import_id"], first["row_count"], first["base_amount"]) == (made["id"], 2, "150.10")
    assert (first["read"], first["accepted"], first["rejected"]) == (3, 2, 1)
    assert (second["cost_import_id"], second["row_count"], second["base_amount"]) == (None, None, None)
    await imports.done(cost_file("2025-05-02,5100,MAIL,3.00,CAD,Team"))
    rows = await imports.items("/v1/cost-completeness", fiscal_year="2025-26")
    assert [(row["row_count"], row["base_amount"]) for row in rows[:3]] == [(0, "0"), (1, "3.00"), (0, "0")]


async def test_reading_imports_does_not_allow_importing(imports: Imports, finance: ServiceUnderTest) -> None:
    async with finance.as_caller("finance:cost-import:read") as reader:
        assert (await reader.get("/v1/cost-imports")).status_code == 200
        headers = {"Content-Type": "text/csv"}
        terms = {"source": "erp", "period": "2025-26", "balancing_account": "2000"}
        refused = await reader.post("/v1/cost-imports", params=terms, content=APRIL, headers=headers)
        assert refused.status_code == 403
