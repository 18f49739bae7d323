"""An import over HTTP: the streamed body, the saved mapping, and the answer about every row."""

import gzip
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from chassis.imports import CSV_MEDIA, ImportResult, Upload
from chassis.manifest import Manifest
from chassis.money import Amount
from chassis.operations import Router, Session
from chassis.schema import audit_trail
from chassis.testing import ServiceUnderTest, service_under_test
from chassis.text import Code, Schema
from strategy.app import manifest
from tests.databases import clean

LIMIT = 200_000
CSV = {"Content-Type": "text/csv"}


class ParcelRow(Schema):
    code: Code
    weight: Amount | None = None


router = Router("parcels")


@router.operation("POST", "/parcel-imports", permission="test:parcel:import", upload=CSV_MEDIA, max_body_bytes=LIMIT)
async def import_parcels(upload: Upload, session: Session) -> ImportResult:
    """Take parcels; one with the code REFUSED is known to be lost, and each accepted one leaves a trace."""
    created = 0
    async for batch in upload.batches(ParcelRow):
        for row in batch:
            if row.value.code == "REFUSED":
                upload.reject(row, "code", "is lost")
            created += row.value.code != "REFUSED"
        trace = {"actor": "x", "operation": "trace", "permission": "", "outcome": "", "request_id": ""}
        await session.execute(insert(audit_trail), [{**trace, "path": row.value.code} for row in batch])
    return upload.result(created=created)


@pytest.fixture(scope="module")
async def with_parcels(service_dsn: Callable[[str | Manifest], str]) -> AsyncIterator[ServiceUnderTest]:
    parcels = replace(manifest, routers=[router])
    async with service_under_test(parcels, service_dsn("strategy")) as service:
        yield service


@pytest.fixture
async def parcels(with_parcels: ServiceUnderTest) -> ServiceUnderTest:
    await clean(with_parcels.database.engine, "strategy")
    return with_parcels


async def send(parcels: ServiceUnderTest, body: Any, *, media: str = "text/csv", **query: str) -> httpx.Response:
    return await parcels.client.post("/v1/parcel-imports", content=body, params=query, headers={"Content-Type": media})


async def traces(parcels: ServiceUnderTest) -> int:
    async with parcels.database.transaction() as session:
        rows = await session.execute(audit_trail.select().where(audit_trail.c.operation == "trace"))
        return len(rows.all())


async def test_every_row_is_counted_once_and_rejected_ones_are_named(parcels: ServiceUnderTest) -> None:
    answer = await send(parcels, "code,weight\nA,1\nB,heavy\n,2\nREFUSED,1\n")
    assert answer.status_code == 200
    result = answer.json()
    assert (result["read"], result["accepted"], result["rejected"], result["skipped"]) == (4, 1, 3, 0)
    assert result["created"] == 1
    assert {(row["line"], row["column"]) for row in result["rejections"]} == {(3, "weight"), (4, "code"), (5, "code")}
    assert "'heavy'" in result["rejections"][0]["reason"]


async def test_the_digest_is_that_of_the_body_as_it_was_sent(parcels: ServiceUnderTest) -> None:
    packed = gzip.compress(b"code\nA\n")
    answer = await send(parcels, packed, media="application/gzip")
    assert answer.json()["digest"] == sha256(packed).hexdigest()


async def test_a_gzip_body_is_read_like_a_plain_one(parcels: ServiceUnderTest) -> None:
    answer = await send(parcels, gzip.compress(b"code\nA\nB\n"), media="application/gzip")
    assert answer.json()["accepted"] == 2


async def test_a_file_that_breaks_in_the_middle_leaves_nothing(parcels: ServiceUnderTest) -> None:
    rows = "".join(f"A{number}\n" for number in range(3_000))
    answer = await send(parcels, f'code\n{rows}"never closed\n')
    assert (answer.status_code, answer.json()["code"]) == (400, "import.unreadable")
    assert answer.json()["line"] == 3_002
    assert await traces(parcels) == 0


async def test_a_body_beyond_the_limit_is_refused_and_leaves_nothing(parcels: ServiceUnderTest) -> None:
    async def too_much() -> AsyncIterator[bytes]:
        yield b"code\n"
        for number in range(LIMIT // 10):
            yield f"parcel-{number:06}\n".encode()

    answer = await send(parcels, too_much())
    assert (answer.status_code, answer.json()["code"]) == (413, "request.body-too-large")
    assert answer.headers["content-type"] == "application/problem+json"
    assert await traces(parcels) == 0


@pytest.mark.parametrize("media", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_another_media_type_is_refused(parcels: ServiceUnderTest, media: str) -> None:
    answer = await send(parcels, "code\nA\n", media=media)
    assert (answer.status_code, answer.json()["code"]) == (415, "request.unsupported-media-type")


async def test_an_unknown_mapping_is_refused(parcels: ServiceUnderTest) -> None:
    answer = await send(parcels, "code\nA\n", mapping="nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "import.no-such-mapping")


MAPPING = {
    "delimiter": ";",
    "decimal_mark": ",",
    "null_words": ["NA"],
    "fields": {
        "code": {"column": "Nummer", "prefix": "P-"},
        "weight": {"column": "Gewicht", "kind": "number"},
    },
    "only": [{"column": "Art", "one_of": ["Paket"]}],
}


async def test_a_saved_mapping_reads_the_file_and_names_its_columns(parcels: ServiceUnderTest) -> None:
    saved = await parcels.client.put("/v1/import-mappings/post", json=MAPPING)
    assert (saved.status_code, saved.headers["etag"]) == (200, '"1"')
    answer = await send(parcels, "Nummer;Gewicht;Art\n1;2,5;Paket\n2;NA;Paket\n3;x;Paket\n4;1;Brief\n", mapping="post")
    result = answer.json()
    assert (result["read"], result["accepted"], result["rejected"], result["skipped"]) == (4, 2, 1, 1)
    assert result["rejections"][0]["column"] == "Gewicht"


async def test_a_saved_mapping_changes_only_for_who_has_seen_it(parcels: ServiceUnderTest) -> None:
    await parcels.client.put("/v1/import-mappings/post", json=MAPPING)
    unseen = await parcels.client.put("/v1/import-mappings/post", json=MAPPING)
    stale = await parcels.client.put("/v1/import-mappings/post", json=MAPPING, headers={"If-Match": '"7"'})
    changed = await parcels.client.put(
        "/v1/import-mappings/post", json={**MAPPING, "delimiter": "|"}, headers={"If-Match": '"1"'}
    )
    assert (unseen.status_code, stale.status_code, changed.status_code) == (428, 412, 200)
    shown = (await parcels.client.get("/v1/import-mappings/post")).json()
    assert (shown["version"], shown["mapping"]["delimiter"]) == (2, "|")


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"code": {"column": "a"}, "wieght": {"column": "b"}}, "wieght"), ({"weight": {"column": "a"}}, "code")],
)
async def test_a_mapping_for_other_rows_is_refused_before_it_rejects_each(
    parcels: ServiceUnderTest, fields: dict[str, Any], name: str
) -> None:
    await parcels.client.put("/v1/import-mappings/other", json={"fields": fields})
    answer = await send(parcels, "a,b\n1,2\n", mapping="other")
    assert (answer.status_code, answer.json()["code"]) == (422, "import.mapping-misfit")
    assert f"'{name}'" in answer.json()["detail"]


async def test_saved_mappings_are_listed_and_deleted(parcels: ServiceUnderTest) -> None:
    for name in ("a", "b"):
        await parcels.client.put(f"/v1/import-mappings/{name}", json=MAPPING)
    stale = await parcels.client.delete("/v1/import-mappings/a", headers={"If-Match": '"2"'})
    gone = await parcels.client.delete("/v1/import-mappings/a", headers={"If-Match": '"1"'})
    again = await parcels.client.delete("/v1/import-mappings/a", headers={"If-Match": '"1"'})
    assert (stale.status_code, gone.status_code, again.status_code) == (412, 204, 404)
    listed = (await parcels.client.get("/v1/import-mappings")).json()
    assert [item["name"] for item in listed["items"]] == ["b"]


async def test_a_mapping_that_makes_no_sense_is_refused_with_the_place(parcels: ServiceUnderTest) -> None:
    answer = await parcels.client.put("/v1/import-mappings/post", json={"fields": {"code": {"colum": "Nummer"}}})
    assert answer.status_code == 422
    assert any(error["pointer"] == "/body/fields/code/colum" for error in answer.json()["errors"])


async def test_reading_a_mapping_needs_its_permission(parcels: ServiceUnderTest) -> None:
    async with parcels.as_caller("strategy:import-mapping:read") as reader:
        assert (await reader.get("/v1/import-mappings")).status_code == 200
        assert (await reader.put("/v1/import-mappings/post", json=MAPPING)).status_code == 403
