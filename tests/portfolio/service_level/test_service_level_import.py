"""Service levels come in by a file."""

import os
from pathlib import Path
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.files import counts, import_file, reasons
from tests.portfolio.services import Services, made

LEVELS = """\
service,name,metric,target,unit,window,direction
mail,Mailboxes reachable,availability,99.9,percent,month,at_least
mail,Answered,response_time,,hours,month,at_most
chat,Reachable,,99.5,percent,month,at_least
"""


async def levels(portfolio: ServiceUnderTest) -> dict[str, dict[str, Any]]:
    listed = made(await portfolio.client.get("/v1/service-levels", params={"limit": "500"}))
    return {level["name"]: level for level in listed["items"]}


async def test_levels_are_promised_and_the_same_file_changes_nothing(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.proposed("mail")
    await services.proposed("chat")
    assert counts(await import_file(portfolio, "service-level", LEVELS)) == (3, 0, 0, 0)
    kept = await levels(portfolio)
    assert (kept["Mailboxes reachable"]["service_id"], kept["Mailboxes reachable"]["target"]) == (mail["id"], "99.9")
    assert (kept["Answered"]["target"], kept["Reachable"]["metric"]) == (None, "other")
    assert counts(await import_file(portfolio, "service-level", LEVELS)) == (0, 0, 3, 0)
    assert await levels(portfolio) == kept


async def test_a_level_is_known_by_its_external_id_and_restated(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await services.proposed("mail", external_ids=[{"source": "itsm", "external_id": "S1"}])
    head = "source,external_id,service_external_id,name,target,unit,window,direction\n"
    await import_file(portfolio, "service-level", head + "itsm,L1,S1,Reachable,99,percent,month,at_least\n")
    result = await import_file(portfolio, "service-level", head + "itsm,L1,S1,Available,99.9,percent,month,at_least\n")
    assert counts(result) == (0, 1, 0, 0)
    (level,) = (await levels(portfolio)).values()
    assert (level["name"], level["target"], level["external_id"], level["version"]) == ("Available", "99.9", "L1", 2)


async def test_rows_that_do_not_fit_are_rejected(portfolio: ServiceUnderTest, services: Services) -> None:
    await services.proposed("mail")
    rows = """\
service,name,metric,target,unit,window,direction
nowhere,A,other,1,pieces,month,at_least
mail,B,availability,101,percent,month,at_least
mail,C,other,many,pieces,month,at_least
mail,D,other,-1,pieces,month,at_least
,E,other,1,pieces,month,at_least
mail,F,other,1,pieces,fortnight,at_least
"""
    result = await import_file(portfolio, "service-level", rows)
    assert counts(result) == (0, 0, 0, 6)
    assert [line for line, _, _ in reasons(result)] == [2, 3, 4, 5, 6, 7]
    assert reasons(result)[0] == (2, "service", "there is no service nowhere")


@pytest.mark.skipif("STEWARD_DATA" not in os.environ, reason="STEWARD_DATA names no folder with the real data")
async def test_the_service_standards_of_a_real_provider_are_promised(portfolio: ServiceUnderTest) -> None:
    folder = Path(os.environ["STEWARD_DATA"]) / "shared-services-canada"
    ours = [{"column": "owner_org", "one_of": ["ssc-spc"]}]
    service = {"only": ours, "fields": {"code": {"column": "service_id"}, "name": {"column": "service_name_en"}}}
    level = {
        "only": ours,
        "fields": {
            "source": {"constant": "gc-service-standards"},
            "external_id": {"column": "service_standard_id"},
            "service": {"column": "service_id"},
            "name": {"column": "service_standard_en"},
            "metric": {"constant": "fulfilment_time"},
            "target": {"column": "target", "kind": "number"},
            "unit": {"constant": "share of requests"},
            "window": {"constant": "year"},
            "direction": {"constant": "at_least"},
        },
    }
    inventory, standards = (
        (folder / f"service_{what}_2023_24.csv").read_text(encoding="utf-8-sig") for what in ("inventory", "standards")
    )
    await import_file(portfolio, "service", inventory, mapping=service)
    assert counts(await import_file(portfolio, "service-level", standards, mapping=level)) == (16, 0, 0, 0)
    assert [kept["name"] for kept in (await levels(portfolio)).values() if kept["target"] is None] == [
        "Request fulfillment duration: 20 days"
    ]
