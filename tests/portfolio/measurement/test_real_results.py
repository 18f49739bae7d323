"""The results that a real provider has published: what it did not measure is neither met nor missed."""

import json
import os
from pathlib import Path

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.files import counts, import_file
from tests.portfolio.services import made

OURS = [{"column": "owner_org", "one_of": ["ssc-spc"]}]
SERVICE = {
    "stage": {"constant": "catalog"},
    "code": {"column": "service_id"},
    "name": {"column": "service_name_en"},
}
LEVEL = {
    "source": {"constant": "gc-service-standards"},
    "external_id": {"column": "service_standard_id"},
    "service": {"column": "service_id"},
    "name": {"column": "service_standard_en"},
    "metric": {"constant": "fulfilment_time"},
    "target": {"column": "target", "kind": "number"},
    "unit": {"constant": "fraction"},
    "window": {"constant": "year"},
    "year_starts_in": {"constant": "4"},
    "direction": {"constant": "at_least"},
}
RESULT = {
    "source": {"constant": "gc-service-standards"},
    "service_level_external_id": {"column": "service_standard_id"},
    "period_starts_on": {"constant": "2023-04-01"},
    "volume_met": {"column": "volume_meeting_target", "kind": "number"},
    "volume": {"column": "total_volume", "kind": "number"},
}


@pytest.mark.skipif("STEWARD_DATA" not in os.environ, reason="STEWARD_DATA names no folder with the real data")
async def test_of_sixteen_real_standards_seven_were_met_and_nine_not_measured(portfolio: ServiceUnderTest) -> None:
    folder = Path(os.environ["STEWARD_DATA"]) / "shared-services-canada"
    inventory, standards = (
        (folder / f"service_{what}_2023_24.csv").read_text(encoding="utf-8-sig") for what in ("inventory", "standards")
    )
    await import_file(portfolio, "service", inventory, mapping={"only": OURS, "fields": SERVICE})
    await import_file(portfolio, "service-level", standards, mapping={"only": OURS, "fields": LEVEL})
    results = await import_file(portfolio, "measurement", standards, mapping={"only": OURS, "fields": RESULT})
    assert counts(results) == (16, 0, 0, 0)

    within = {"starts_on": "2023-04-01", "ends_on": "2024-04-01"}
    summary = made(await portfolio.client.get("/v1/attainment-summary", params=within))

    expected = json.loads((folder / "expected.json").read_text())["service_performance_2023_24"]
    assert summary["levels"] == expected["standards"]
    assert (summary["met"], summary["not_measured"]) == (expected["target_met"]["Y"], expected["target_met"]["NA"])
    assert (summary["measured"], summary["missed"], summary["health"]) == (expected["measured"], 0, "1.0000")
