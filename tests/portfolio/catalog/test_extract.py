"""The catalog as a file."""

import csv
import io
import json

from chassis.testing import ServiceUnderTest
from portfolio.catalog import export
from tests.portfolio.catalog.test_prices import item, publish
from tests.portfolio.services import Services, made


async def test_the_catalog_leaves_as_csv_that_a_spreadsheet_does_not_run(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail", name="=1+1", description='Two "lines",\nof text', tags=["b", "a"])
    await services.level(mail, name="Answer", target=None, unit="hours", direction="at_most")
    await publish(portfolio, item(mail, "4.50"), starts_on="2026-01-01")
    await services.proposed("new")
    answer = await portfolio.client.get("/v1/catalog-extract")
    assert answer.headers["content-type"].startswith("text/csv")
    (line,) = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert (line["code"], line["name"], line["description"]) == ("mail", "'=1+1", 'Two "lines",\nof text')
    assert (line["tags"], line["criticality"]) == ("a; b", "")
    assert line["service_levels"] == "Answer: no target yet; Available: at least 99.9 percent per month"
    assert line["options"] == "Mailbox box: 4.50 CAD per mailbox"


async def test_the_catalog_leaves_as_the_same_entries_that_a_page_shows(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    for code in "dacb":
        await services.operational(code, tags=["office"] if code < "c" else [])
    asked = {"Accept": "application/x-ndjson"}
    answer = await portfolio.client.get("/v1/catalog-extract", headers=asked)
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert entries == made(await portfolio.client.get("/v1/catalog", params={"sort": "code"}))["items"]
    found = await portfolio.client.get("/v1/catalog-extract", headers=asked, params={"tag": "office"})
    assert [json.loads(line)["code"] for line in found.text.splitlines()] == ["a", "b"]


async def test_an_extract_goes_on_from_group_to_group(portfolio: ServiceUnderTest) -> None:
    rows = "".join(f"cmdb,{number},s{number:05},S,catalog\n" for number in range(2 * export.AT_ONCE + 7))
    text = "source,external_id,code,name,stage\n" + rows
    made(
        await portfolio.client.post("/v1/service-imports", content=text.encode(), headers={"Content-Type": "text/csv"})
    )
    answer = await portfolio.client.get("/v1/catalog-extract")
    codes = [line["code"] for line in csv.DictReader(io.StringIO(answer.text))]
    assert codes == [f"s{number:05}" for number in range(2 * export.AT_ONCE + 7)]
