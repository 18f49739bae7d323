"""The votes and estimates of a real provider: main and supplementary estimates and transfers are the authorities."""

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.finance.books import Books
from tests.finance.budget.plans import approve, begun, move

YEARS = {"2021-22": 5, "2022-23": 4, "2023-24": 3, "2024-25": 2}
AUTHORITIES = {"2021-22": 4, "2022-23": 3, "2023-24": 2, "2024-25": 1}
DOCUMENTS = ("MAINS", "SEA", "SEB", "SEC", "VA", "SA")
CSV = {"Content-Type": "text/csv"}
DATA = os.environ.get("STEWARD_DATA")

pytestmark = pytest.mark.skipif(not DATA, reason="STEWARD_DATA is not set: NOT CHECKED against real votes")


@pytest.fixture
def real_files() -> Path:
    return Path(DATA or "")


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "shared-services-canada" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def authorities(folder: Path, year: str) -> dict[str, Decimal]:
    """Vote → what the public accounts say, to the cent."""
    position = AUTHORITIES[year]
    column = f"pa_last_year_{position}_auth" if position > 1 else "pa_last_year_auth"
    sums: dict[str, Decimal] = {}
    for row in rows(folder, "ssc_org_vote_stat_pa.csv"):
        amount = Decimal(row[column] or 0).quantize(Decimal("0.01"))
        sums[row["vote_num"]] = sums.get(row["vote_num"], Decimal(0)) + amount
    return sums


def document(estimates: list[dict[str, str]], year: str, name: str) -> str:
    """The rows of one budget document, with the float dirt that they have; empty when it has none."""
    column = f"est_last_year_{YEARS[year]}"
    said = [(row["vote_num"], row[column]) for row in estimates if row["doc"] == name and row[column]]
    return (
        "line,name,nature,total\n" + "".join(f"{vote},Vote {vote},Vote {vote},{amount}\n" for vote, amount in said)
        if said
        else ""
    )


@pytest.mark.parametrize("year", YEARS)
async def test_main_and_supplementary_estimates_and_transfers_are_the_authorities(
    books: Books, real_files: Path, year: str
) -> None:
    await books.make("/v1/fiscal-years", {"code": year, "starts_on": f"{year[:4]}-04-01"})
    budget_id = await begun(books, "votes", fiscal_year=year)
    number = 0
    for name in DOCUMENTS:
        if not (file := document(rows(real_files, "ssc_org_vote_stat_estimates.csv"), year, name)):
            continue
        path = f"/v1/budgets/{budget_id}/version-imports?document={name}&mode=add"
        result = (await books.client.post(path, content=file, headers=CSV)).json()
        assert result["rejected"] == 0, result["rejections"]
        number += 1
        assert (await move(books, budget_id, number, "submission")).status_code == 200
        assert (await approve(books, budget_id, number)).status_code == 200
    shown = (await books.client.get(f"/v1/budgets/{budget_id}/versions/{number}")).json()
    totals = {line["code"]: Decimal(line["total"]) for line in shown["lines"]}
    assert totals == authorities(real_files, year)
