"""Promises about services."""

from decimal import Decimal

import pytest

from chassis.testing import ServiceUnderTest
from portfolio.service.model import Service
from portfolio.service.terms import Status
from portfolio.service_level.model import HalfIdentified, ImpossibleTarget, ServiceLevel
from portfolio.service_level.terms import Direction, Metric, Window
from tests.portfolio.services import LEVEL, Services, made, refused

SERVICE = Service(code="mail", status=Status.OPERATIONAL)
UNSTATED = {
    "code": None,
    "description": "",
    "warning_limit": None,
    "aggregation": "mean",
    "weight": "1",
    "year_starts_in": 1,
    "time_zone": "UTC",
    "service_calendar_id": None,
    "outages_since": None,
    "calculated_until": None,
}


def promise(metric: Metric, target: str | None, unit: str, **identified: str) -> ServiceLevel:
    return ServiceLevel.promise(
        service=SERVICE,
        name="A promise",
        metric=metric,
        target=None if target is None else Decimal(target),
        unit=unit,
        window=Window.MONTH,
        direction=Direction.AT_LEAST,
        **identified,
    )


def test_availability_above_a_hundred_percent_is_no_target() -> None:
    assert promise(Metric.AVAILABILITY, "100", "percent").target == 100
    with pytest.raises(ImpossibleTarget):
        promise(Metric.AVAILABILITY, "100.01", "percent")
    assert promise(Metric.THROUGHPUT, "250", "percent").target == 250


def test_a_promise_may_lack_a_number_but_never_has_a_negative_one() -> None:
    assert promise(Metric.RESPONSE_TIME, None, "hours").target is None
    with pytest.raises(ImpossibleTarget):
        promise(Metric.RESPONSE_TIME, "-1", "hours")


def test_an_external_id_needs_its_source() -> None:
    with pytest.raises(HalfIdentified):
        promise(Metric.OTHER, "1", "pieces", external_id="7")


async def test_a_service_level_is_promised_and_restated(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.proposed("mail")
    level = await services.level(mail, target="99.90", source="itsm", external_id="SLA-7")
    assert level == {
        **LEVEL,
        **UNSTATED,
        "target": "99.90",
        "service_id": mail["id"],
        "source": "itsm",
        "external_id": "SLA-7",
        "id": level["id"],
        "ended_on": None,
        "version": 1,
    }
    address = f"/v1/service-levels/{level['id']}"
    answer = await portfolio.client.put(address, json={**LEVEL, "target": None}, headers={"If-Match": '"1"'})
    assert (made(answer)["target"], answer.headers["etag"]) == (None, '"2"')
    stale = await portfolio.client.put(address, json=LEVEL, headers={"If-Match": '"1"'})
    refused(stale, 412, "request.version-stale")
    listed = made(await portfolio.client.get("/v1/service-levels", params={"service_id": mail["id"]}))
    assert [item["id"] for item in listed["items"]] == [level["id"]]


async def test_names_are_unique_within_a_service_and_external_ids_everywhere(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail, chat = await services.proposed("mail"), await services.proposed("chat")
    await services.level(mail, source="itsm", external_id="7")
    await services.level(chat)
    twin = {**LEVEL, "service_id": mail["id"]}
    refused(await portfolio.client.post("/v1/service-levels", json=twin), 409, "portfolio.service-level.name-taken")
    twin |= {"name": "Other", "source": "itsm", "external_id": "7"}
    answer = await portfolio.client.post("/v1/service-levels", json=twin)
    refused(answer, 409, "portfolio.service-level.external-id-taken")


async def test_a_service_in_the_catalog_keeps_its_last_promise(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.operational("mail")
    (first,) = made(await portfolio.client.get("/v1/service-levels", params={"service_id": mail["id"]}))["items"]
    address, version = f"/v1/service-levels/{first['id']}", {"If-Match": '"1"'}
    refused(await portfolio.client.delete(address, headers=version), 409, "portfolio.service-level.last-promise")
    await services.level(mail, name="Second")
    assert (await portfolio.client.delete(address, headers=version)).status_code == 204


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": 99.9},
        {"target": "-1"},
        {"target": "1e3"},
        {"target": "1" * 21},
        {"metric": "happiness"},
        {"window": "fortnight"},
        {"direction": "up"},
        {"unit": ""},
        {"external_id": "7"},
    ],
)
async def test_a_promise_that_does_not_fit_is_refused(
    portfolio: ServiceUnderTest, services: Services, wrong: dict[str, object]
) -> None:
    mail = await services.proposed("mail")
    answer = await portfolio.client.post("/v1/service-levels", json={**LEVEL, "service_id": mail["id"], **wrong})
    assert answer.status_code == 422
    assert made(await portfolio.client.get("/v1/service-levels"))["items"] == []
