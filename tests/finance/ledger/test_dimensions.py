"""Beside its cost object a line may belong to a project, a cost center, a tower: the ledger adds up by each."""

from typing import Any

import pytest

from tests.finance.books import Books, entry, line

KINDS = {"P7": "project", "P8": "project", "CC1": "cost_center", "NETWORK": "tower"}


@pytest.fixture
async def posted(books: Books) -> Books:
    """100.00 of MAIL for P7 in CC1, 40.00 of HOSTING for P8, 5.00 posted on P7 itself, 2.50 of nobody."""
    for code, kind in KINDS.items():
        await books.make("/v1/cost-objects", {"code": code, "name": code, "kind": kind})
    lines = [
        line(
            "5200",
            "100.00",
            cost_object="MAIL",
            dimensions={"project": "P7", "cost_center": "CC1"},
            tags={"env": "prod"},
        ),
        line("5200", "40.00", cost_object="HOSTING", dimensions={"project": "P8"}, tags={"env": "test"}),
        line("5100", "5.00", cost_object="P7"),
        line("5100", "2.50"),
        line("2000", "-147.50"),
    ]
    answer = await books.post(entry(lines=lines))
    assert answer.status_code == 201, answer.text
    return books


async def totals(books: Books, query: str) -> list[dict[str, Any]]:
    answer = await books.client.get(f"/v1/ledger-totals?starts_on=2025-04-01&ends_on=2026-04-01&{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def by(name: str, rows: list[dict[str, Any]]) -> dict[str | None, str]:
    return {row["group"][name]: row["base_balance"] for row in rows}


async def test_a_line_is_shown_with_the_dimensions_that_it_was_posted_with(posted: Books) -> None:
    (shown,) = (await posted.client.get("/v1/journal-entries")).json()["items"]
    lines = (await posted.client.get(f"/v1/journal-entries/{shown['id']}")).json()["lines"]
    assert [it["dimensions"] for it in lines] == [
        {"project": "P7", "cost_center": "CC1"},
        {"project": "P8"},
        {},
        {},
        {},
    ]


async def test_a_project_has_what_names_it_and_what_was_posted_on_it(posted: Books) -> None:
    rows = await totals(posted, "by=project&account_type=expense")
    assert by("project", rows) == {"P7": "105.00", "P8": "40.00", None: "2.50"}


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("by=cost_center", "cost_center", {"CC1": "100.00", None: "-100.00"}),
        ("by=account", "account", {"2000": "-147.50", "5100": "7.50", "5200": "140.00"}),
        ("by=nature&account_type=expense", "nature", {"Labour": "7.50", "Software": "140.00"}),
        ("by=account_type", "account_type", {"liability": "-147.50", "expense": "147.50"}),
        ("by=tag&tag=env&account_type=expense", "tag", {"prod": "100.00", "test": "40.00", None: "7.50"}),
        ("by=period&account=5200", "period", {"2025-26-P01": "140.00"}),
        ("by=account&cost_object=P7", "account", {"5100": "5.00", "5200": "100.00"}),
        ("by=source&account=2000", "source", {"test": "-147.50"}),
        ("by=currency", "currency", {"CAD": "0.00"}),
        ("by=service&account=5200", "service", {"HOSTING": "40.00", "MAIL": "100.00"}),
        ("by=consumer&account=2000", "consumer", {None: "-147.50"}),
    ],
)
async def test_the_ledger_adds_up_by_each_dimension(
    posted: Books, query: str, name: str, expected: dict[str | None, str]
) -> None:
    assert by(name, await totals(posted, query)) == expected


async def test_groups_of_two_dimensions_come_in_pages_and_add_up(posted: Books) -> None:
    path = "/v1/ledger-totals?starts_on=2025-04-01&ends_on=2026-04-01&by=account,project&limit=2"
    seen, cursor = [], ""
    while cursor is not None:
        shown = (await posted.client.get(path + cursor)).json()
        seen += [(*it["group"].values(), it["base_balance"]) for it in shown["items"]]
        cursor = shown["next_cursor"] and f"&cursor={shown['next_cursor']}"
    assert seen == [
        ("2000", None, "-147.50"),
        ("5100", "P7", "5.00"),
        ("5100", None, "2.50"),
        ("5200", "P7", "100.00"),
        ("5200", "P8", "40.00"),
    ]


async def test_entries_are_found_by_a_dimension(posted: Books) -> None:
    assert (await posted.post(entry("2"))).status_code == 201
    for code, found in (("P8", ["1"]), ("NETWORK", []), ("P9", [])):
        answer = await posted.client.get(f"/v1/journal-entries?dimension={code}")
        assert [it["reference"] for it in answer.json()["items"]] == found


async def test_a_reversal_takes_back_what_the_dimensions_had(posted: Books) -> None:
    (shown,) = (await posted.client.get("/v1/journal-entries")).json()["items"]
    answer = await posted.client.post(f"/v1/journal-entries/{shown['id']}/reversal", json={"reason": "Wrong"})
    assert answer.status_code == 201
    assert by("project", await totals(posted, "by=project&account_type=expense")) == {
        "P7": "0.00",
        "P8": "0.00",
        None: "0.00",
    }


@pytest.mark.parametrize(
    ("dimensions", "code", "words"),
    [
        ({"project": "CC1"}, "dimension-mismatch", "CC1 is a cost_center, not a project"),
        ({"service": "HOSTING"}, "dimension-mismatch", "MAIL is the service of the line, so HOSTING can't be"),
        ({"project": "P9"}, "unknown-reference", "'P9'"),
    ],
)
async def test_a_dimension_is_what_it_is_called_and_no_second_cost_object_of_a_kind(
    posted: Books, dimensions: dict[str, str], code: str, words: str
) -> None:
    lines = [line("5200", "1.00", cost_object="MAIL", dimensions=dimensions), line("2000", "-1.00")]
    answer = await posted.post(entry("2", lines=lines))
    assert (answer.status_code, answer.json()["code"]) == (422, f"finance.ledger.{code}")
    assert words in answer.json()["detail"]


async def test_the_same_entry_with_another_dimension_is_another_entry(posted: Books) -> None:
    def said(project: str) -> dict[str, Any]:
        return entry("2", lines=[line("5200", "1.00", dimensions={"project": project}), line("2000", "-1.00")])

    assert [(await posted.post(said(code))).status_code for code in ("P7", "P7", "P8")] == [201, 201, 409]


@pytest.mark.parametrize("query", ["by=tag", "by=account&tag=env", "by=account,account", "by=colour", ""])
async def test_only_sensible_questions_are_answered(posted: Books, query: str) -> None:
    answer = await posted.client.get(f"/v1/ledger-totals?starts_on=2025-04-01&ends_on=2026-04-01&{query}")
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize(
    "by", ["account", "account_type", "nature", "period", "cost_object", "currency", "account,period"]
)
async def test_kept_balances_and_lines_give_the_same_totals(posted: Books, by: str) -> None:
    assert (await posted.post(entry("2", posted_on="2025-06-30"))).status_code == 201
    kept = await totals(posted, f"by={by}")
    answer = await posted.client.get(f"/v1/ledger-totals?starts_on=2025-04-02&ends_on=2026-03-31&by={by}")
    assert kept == answer.json()["items"]
    assert sum(float(row["base_debit"]) for row in kept) == 247.5
