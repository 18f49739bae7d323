"""A Parquet file says what the same rows say as CSV, whatever types its columns have."""

import hashlib
import io
import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from arro3.core import DataType, Field, Schema
from arro3.io import read_json, write_parquet

from chassis.testing import ServiceUnderTest
from finance.cost_import import parquet
from finance.cost_import.parquet import PARQUET_MEDIA
from tests.finance.cost_import.files import Imports

Types = dict[str, DataType]
TYPES: Types = {
    "BilledCost": DataType.decimal128(30, 12),
    "EffectiveCost": DataType.float64(),
    "BillingCurrency": DataType.string(),
    "ChargePeriodStart": DataType.timestamp("us", tz="UTC"),
    "ChargeDescription": DataType.string(),
    "ChargeCategory": DataType.large_string(),
    "x_Quantity": DataType.int64(),
}
DAY = "2025-04-03T22:30:00Z"
ROWS: list[dict[str, Any]] = [
    {"BilledCost": "1.100000000001", "EffectiveCost": 1.1, "ChargeDescription": 'One,\n"two"', "x_Quantity": 1},
    {"BilledCost": "-2.25", "EffectiveCost": 2e-9, "ChargeDescription": "Ünit", "ChargeCategory": "Credit"},
    {"BilledCost": "3"},
]


def packed(types: Types = TYPES, rows: list[dict[str, Any]] = ROWS, **options: Any) -> bytes:
    """In one currency and on one day, unless the rows say otherwise."""
    same = {"BillingCurrency": "CAD", "ChargePeriodStart": DAY}
    lines = [json.dumps({name: it for name, it in {**same, **row}.items() if name in types}) for row in rows]
    file = io.BytesIO()
    schema = Schema([Field(name, type) for name, type in types.items()])
    write_parquet(read_json(io.BytesIO("\n".join(lines).encode()), schema), file, **options)
    return file.getvalue()


async def send(imports: Imports, body: bytes, media: str = PARQUET_MEDIA, **query: str) -> httpx.Response:
    terms = {"source": "cloud", "period": "2025-26", "balancing_account": "2000", "default_account": "5200", **query}
    headers = {"Content-Type": media}
    return await imports.books.client.post("/v1/cost-imports", params=terms, content=body, headers=headers)


async def test_typed_values_are_read_to_the_last_digit(imports: Imports) -> None:
    body = packed()
    made = (await send(imports, body, mapping="focus")).json()
    assert (made["read"], made["accepted"], made["changed"]) == (3, 3, True)
    assert made["digest"] == hashlib.sha256(body).hexdigest()
    rows = await imports.items(f"/v1/cost-imports/{made['id']}/rows")
    assert [Decimal(row["amount"]) for row in rows] == [Decimal("1.100000000001"), Decimal("-2.25"), Decimal(3)]
    assert [row["other_amount"] for row in rows] == ["1.1", "0.000000002", None]
    assert [row["posted_on"] for row in rows] == ["2025-04-03"] * 3
    assert [row["description"] for row in rows] == ['One,\n"two"', "Ünit", None]
    assert [row["line"] for row in rows] == [1, 2, 3]


async def test_the_same_rows_as_csv_change_nothing(imports: Imports) -> None:
    await send(imports, packed(), mapping="focus")
    rows = ["BilledCost,BillingCurrency,ChargePeriodStart", *("x,CAD,2025-04-03T22:30:00Z" for _ in range(3)), ""]
    text = "\n".join(rows).replace("x", "{}").format("1.100000000001", "-2.25", "3")
    made = (await send(imports, text.encode(), "text/csv", mapping="focus")).json()
    assert made["changed"] is False


async def test_tags_may_be_a_map(imports: Imports) -> None:
    text = DataType.string()
    tags = DataType.map(Field("key", text, nullable=False), Field("value", text), False)
    types = {"ChargePeriodStart": DataType.date32(), "BilledCost": DataType.float64(), "BillingCurrency": text}
    written = [{"team": "A"}, {}, None]
    rows = [{"ChargePeriodStart": "2025-04-03", "BilledCost": 1.5, "Tags": it} for it in written]
    made = (await send(imports, packed({**types, "Tags": tags}, rows), mapping="focus")).json()
    assert (made["accepted"], made["rejections"]) == (3, [])
    stored = await imports.items(f"/v1/cost-imports/{made['id']}/rows")
    assert [row["attributes"] for row in stored] == [{"tags.team": "A"}, {}, {}]


async def test_a_mapping_for_text_files_does_not_bend_typed_numbers_and_days(imports: Imports) -> None:
    fields = {
        "posted_on": {"column": "day", "kind": "date"},
        "account": {"constant": "5100"},
        "amount": {"column": "sum", "kind": "number"},
        "currency": {"constant": "CAD"},
    }
    form = {"decimal_mark": ",", "thousands_mark": ".", "date_formats": ["%d.%m.%Y"]}
    await imports.save("german", {"fields": fields, **form})
    types = {"day": DataType.date32(), "sum": DataType.decimal128(12, 3)}
    body = packed(types, [{"day": "2025-04-03", "sum": "1234.567"}])
    made = (await send(imports, body, mapping="german")).json()
    assert made["accepted"] == 1, made
    assert (await imports.balances())["5100", "unassigned"] == Decimal("1234.567")


async def test_bad_rows_are_rejected_with_their_number(imports: Imports) -> None:
    types = {**TYPES, "BilledCost": DataType.string()}
    rows = [{"BilledCost": it} for it in ("1", "", "abc")]
    made = (await send(imports, packed(types, rows), mapping="focus")).json()
    assert (made["accepted"], made["rejected"]) == (1, 2)
    assert [(it["line"], it["column"]) for it in made["rejections"]] == [(2, "BilledCost"), (3, "BilledCost")]


async def test_a_missing_column_is_named(imports: Imports) -> None:
    types = {name: it for name, it in TYPES.items() if name != "BillingCurrency"}
    refused = await send(imports, packed(types), mapping="focus")
    assert refused.json()["code"] == "import.columns-differ"
    assert "BillingCurrency" in refused.json()["detail"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: b"PAR1",
        lambda whole: whole[:-5],
        lambda whole: b"PAR1" + b"x" * 100 + b"PAR1",
        lambda whole: whole[:20] + bytes(len(whole) - 40) + whole[-20:],
        lambda whole: b"posted_on,amount\n",
    ],
)
async def test_a_damaged_file_leaves_nothing(imports: Imports, finance: ServiceUnderTest, damage: Any) -> None:
    refused = await send(imports, damage(packed()), mapping="focus")
    assert (refused.status_code, refused.json()["code"]) == (400, "import.unreadable")
    assert await imports.items("/v1/cost-imports") == []
    assert await finance.announced("finance.cost-posted.v1") == []


async def test_pages_that_were_changed_are_noticed(imports: Imports) -> None:
    whole = packed(rows=[{"BilledCost": str(at)} for at in range(2_000)], compression="snappy")
    refused = await send(imports, whole[:100] + bytes(200) + whole[300:], mapping="focus")
    assert (refused.status_code, refused.json()["code"]) == (400, "import.unreadable")
    assert (await send(imports, whole, mapping="focus")).json()["accepted"] == 2_000


async def test_a_file_above_the_limit_is_refused(imports: Imports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "MAX_PARQUET_BYTES", 500)
    refused = await send(imports, packed(), mapping="focus")
    assert (refused.status_code, refused.json()["code"]) == (413, "import.too-large")
