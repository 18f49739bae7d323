"""Usage counts once: by source and id, in a period that is not closed; corrected by what takes some of it back."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.finance.usage_record.meters import Meters


async def test_the_same_again_is_the_record_that_is_there(meters: Meters) -> None:
    first = await meters.record(quantity="10.5")
    again = await meters.record(quantity="10.500")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert await meters.quantities() == ["10.5"]


@pytest.mark.parametrize("change", [{"quantity": "11"}, {"meter": "tb"}, {"used_on": "2025-04-16"}])
async def test_other_content_under_the_same_id_is_refused(meters: Meters, change: dict[str, Any]) -> None:
    await meters.record()
    refused = await meters.record(**change)
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.usage-record.record-taken")
    assert (await meters.record(source="other", **change)).status_code == 201


async def test_of_many_at_once_one_is_recorded(meters: Meters) -> None:
    answers = await asyncio.gather(*(meters.record() for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await asyncio.gather(*(meters.record("2", str(quantity)) for quantity in (1, 2, 3)))
    assert sorted(answer.status_code for answer in other) == [201, 409, 409]


async def test_a_correction_takes_back_no_more_than_is_left(meters: Meters) -> None:
    await meters.record("a", "10")
    assert (await meters.record("b", "-4", corrects="a", used_on="2025-05-02")).status_code == 201
    too_much = await meters.record("c", "-7", corrects="a")
    assert (too_much.status_code, too_much.json()["code"]) == (409, "finance.usage-record.correction-refused")
    assert (await meters.record("b", "-4", corrects="a", used_on="2025-05-02")).status_code == 200
    assert (await meters.record("d", "-6", corrects="a")).status_code == 201


async def test_corrections_at_once_take_back_no_more_than_there_is(meters: Meters) -> None:
    await meters.record("a", "10")
    answers = await asyncio.gather(*(meters.record(f"c{n}", "-4", corrects="a") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
    again = await asyncio.gather(*(meters.record("same", "-2", corrects="a") for _ in range(4)))
    assert sorted(answer.status_code for answer in again) == [200, 200, 200, 201]
    assert await meters.quantities("usage-totals") == ["0"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"corrects": "nothing"}, "finance.usage-record.unknown-reference"),
        ({"corrects": "a", "meter": "tb"}, "finance.usage-record.correction-refused"),
        ({"corrects": "a", "used_on": "2025-04-14"}, "finance.usage-record.correction-refused"),
        ({}, "request.invalid"),
        ({"corrects": "a", "quantity": "4"}, "request.invalid"),
    ],
)
async def test_a_correction_is_of_the_same_use_and_negative(meters: Meters, more: dict[str, Any], code: str) -> None:
    await meters.record("a", "10")
    answer = await meters.record("b", **{"quantity": "-4", **more})
    assert answer.json()["code"] == code
    assert await meters.quantities() == ["10"]


async def test_a_closed_period_takes_no_more_use_but_knows_what_it_has(meters: Meters) -> None:
    await meters.record()
    assert (await meters.books.move("2025-26-P01", "soft-closing", reason="done")).status_code == 200
    assert (await meters.record("2")).status_code == 201
    assert (await meters.books.move("2025-26-P01", "closing", reason="done")).status_code == 200
    refused = await meters.record("3")
    assert (refused.status_code, refused.json()["code"]) == (409, "finance.fiscal-period.not-open")
    assert (await meters.record()).status_code == 200
    assert (await meters.record("4", "-1", corrects="1", used_on="2025-05-01")).status_code == 201


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"consumer_id": str(uuid4())}, 422, "finance.usage-record.unknown-reference"),
        ({"cost_object": "NOTHING"}, 422, "finance.usage-record.unknown-reference"),
        ({"used_on": "2031-01-01"}, 422, "finance.usage-record.unknown-reference"),
        ({"quantity": "NaN"}, 422, "request.invalid"),
        ({"quantity": "1e999999"}, 422, "request.invalid"),
        ({"quantity": "1" * 13}, 422, "request.invalid"),
        ({"quantity": 5}, 422, "request.invalid"),
        ({"meter": "g b"}, 422, "request.invalid"),
        ({"used_on": "2025-04-31"}, 422, "request.invalid"),
    ],
)
async def test_what_names_nothing_or_measures_nothing_is_refused(
    meters: Meters, change: dict[str, Any], status: int, code: str
) -> None:
    answer = await meters.record(**change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await meters.quantities() == []


async def test_records_are_found_and_summed_by_consumer_meter_and_period(meters: Meters) -> None:
    await meters.recorded("1", "1.5")
    await meters.recorded("2", "2", used_on="2025-04-30")
    await meters.recorded("3", "4", used_on="2025-05-01")
    await meters.recorded("4", "8", consumer="Water", meter="tb")
    assert await meters.quantities() == ["1.5", "8", "2", "4"]
    assert await meters.quantities(starts_on="2025-04-16", ends_on="2025-05-01") == ["2"]
    assert await meters.quantities(consumer_id=meters.consumers["Water"]) == ["8"]
    assert await meters.quantities("usage-totals", meter="gb") == ["3.5", "4"]
    first = (await meters.client.get("/v1/usage-totals?limit=1")).json()
    assert first["items"][0]["ends_on"] == "2025-05-01"
    second = (await meters.client.get(f"/v1/usage-totals?limit=1&cursor={first['next_cursor']}")).json()
    assert [first["items"][0]["quantity"], second["items"][0]["quantity"]] == ["3.5", "8"]


async def test_what_a_merged_customer_used_counts_for_the_one_it_was_merged_into(meters: Meters) -> None:
    await meters.recorded("1", "1")
    await meters.recorded("2", "2", consumer="Water")
    await meters.merge("Water", into="Harbour")
    assert (await meters.record("2", "2", consumer_id=meters.consumers["Water"])).status_code == 200
    assert await meters.quantities("usage-totals", consumer_id=meters.consumers["Harbour"]) == ["3"]


async def test_a_consumer_sees_the_use_of_its_own_unit_only(meters: Meters) -> None:
    await meters.recorded("1", "1")
    await meters.recorded("2", "2", consumer="Water")
    other = (await meters.client.get("/v1/usage-records?external_id=2")).json()["items"][0]["id"]
    unit = UUID(meters.consumers["Harbour"])
    async with meters.books.finance.as_caller("finance:usage-record:read", unit=unit) as harbour:
        for path in ("usage-records", "usage-totals"):
            assert [each["quantity"] for each in (await harbour.get(f"/v1/{path}")).json()["items"]] == ["1"]
        assert (await harbour.get(f"/v1/usage-records/{other}")).status_code == 404
