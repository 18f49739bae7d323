"""Usage from files: each row once, and every row that cannot be taken with its line and reason."""

import asyncio

from tests.finance.usage_record.meters import Meters

ROWS = (
    "m,1,Harbour,HOSTING,gb,10,2025-04-01,\n"
    "m,2,water,HOSTING,gb,2.5,2025-04-02,\n"
    "m,3,Harbour,HOSTING,gb,-4,2025-04-03,1\n"
)


async def test_a_file_is_recorded_once_however_often_it_comes(meters: Meters) -> None:
    first = await meters.imported(ROWS)
    assert (first["created"], first["accepted"], first["rejected"]) == (3, 3, 0)
    again = await meters.imported(ROWS + "m,4,Harbour,HOSTING,gb,1,2025-04-04,\n")
    assert (again["created"], again["unchanged"]) == (1, 3)
    assert sorted(await meters.quantities("usage-totals")) == ["2.5", "7"]


async def test_a_file_that_comes_twice_at_once_counts_once(meters: Meters) -> None:
    results = await asyncio.gather(*(meters.imported(ROWS) for _ in range(4)))
    assert sum(result["created"] for result in results) == 3
    assert sum(result["unchanged"] for result in results) == 9


async def test_rows_that_cannot_be_taken_are_named_with_line_and_column(meters: Meters) -> None:
    await meters.books.move("2025-26-P02", "closing", reason="done")
    rows = [
        "m,1,Harbour,HOSTING,gb,10,2025-04-01,",
        "m,1,Harbour,HOSTING,gb,11,2025-04-01,",
        "m,2,Nobody,HOSTING,gb,10,2025-04-01,",
        "m,3,Harbour,NOTHING,gb,10,2025-04-01,",
        "m,4,Harbour,HOSTING,gb,10,2025-05-01,",
        "m,5,Harbour,HOSTING,gb,10,2001-05-01,",
        "m,6,Harbour,HOSTING,gb,-11,2025-04-01,1",
        "m,7,Harbour,HOSTING,gb,-1,2025-04-01,9",
        "m,8,Harbour,HOSTING,gb,NaN,2025-04-01,",
        "m,9,Harbour,HOSTING,gb,-1,2025-04-01,",
        "m,1,Harbour,HOSTING,gb,10,2025-04-01,",
    ]
    result = await meters.imported("\n".join(rows) + "\n")
    assert (result["read"], result["created"], result["unchanged"], result["rejected"]) == (11, 1, 1, 9)
    assert [(each["line"], each["column"]) for each in result["rejections"]] == [
        (3, "external_id"),
        (4, "consumer"),
        (5, "cost_object"),
        (6, "used_on"),
        (7, "used_on"),
        (8, "corrects"),
        (9, "corrects"),
        (10, "quantity"),
        (11, ""),
    ]
    assert await meters.quantities() == ["10"]
