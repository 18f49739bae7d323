"""One service at a glance: stage, money, attainment, demand and offerings, each asked of the service that knows it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import httpx
from pydantic import BaseModel
from starlette.types import ASGIApp

from chassis.problems import NoSuchResource, NotReady, PermissionMissing, Problem

PART_SECONDS = 4
SHOWN = 100
MONTHS = 24


class Reason(StrEnum):
    FORBIDDEN = "forbidden"
    LATE = "late"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Range:
    """Half-open: the days that the evidence is about."""

    starts_on: date
    ends_on: date

    @classmethod
    def until(cls, today: date) -> "Range":
        """The last 24 months, the current one included."""
        months = today.year * 12 + today.month
        first = months - MONTHS
        return cls(date(first // 12, first % 12 + 1, 1), date(months // 12, months % 12 + 1, 1))


class MissingPart(BaseModel):
    """Why a part is not there: null never stands for "none" here, but for "not known now"."""

    part: str
    reason: Reason
    detail: str


class OverviewView(BaseModel):
    """Each part as the service that knows it says it; null where `missing` says why."""

    service_id: UUID
    starts_on: date
    ends_on: date
    is_complete: bool
    missing: list[MissingPart]
    service: dict[str, Any] | None
    evidence: dict[str, Any] | None
    demand: dict[str, Any] | None
    offerings: list[dict[str, Any]] | None


class Absent(Exception):
    """The service that would know it says that there is no such thing."""


class Missing(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Part:
    service: str
    address: str  # of the service's own contract, with the id of the service and the range in it
    read: Callable[[Any], Any]


def _fields(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda answer: {name: answer[name] for name in names}


PARTS = {
    "service": Part(
        "portfolio",
        "/v1/services/{id}",
        _fields("id", "code", "name", "kind", "owner", "stage", "status", "launched_on"),
    ),
    "evidence": Part("portfolio", "/v1/services/{id}/evidence?starts_on={starts_on}&ends_on={ends_on}", dict),
    "demand": Part(
        "portfolio",
        f"/v1/subscriptions?service_id={{id}}&include=total&limit={SHOWN}",
        lambda page: {"subscriptions": page["total"]},
    ),
    "offerings": Part(
        "strategy",
        f"/v1/offerings?service_id={{id}}&limit={SHOWN}",
        lambda page: [_fields("id", "code", "name", "status")(item) for item in page["items"]],
    ),
}


class Overview:
    """Asks through the same applications that carry callers' requests, in the caller's name: who may not see a part
    elsewhere does not see it here."""

    def __init__(self, services: Mapping[str, ASGIApp], *, part_seconds: float = PART_SECONDS) -> None:
        self._services, self._part_seconds = services, part_seconds

    async def of(self, service_id: UUID, within: Range, headers: Mapping[str, str]) -> OverviewView:
        """`headers` vouch for the caller. Raises NoSuchResource, and the common refusal if every part is refused."""
        outcomes = await asyncio.gather(
            *(self._part(part, service_id, within, headers) for part in PARTS.values()), return_exceptions=True
        )
        named = dict(zip(PARTS, outcomes, strict=True))
        if isinstance(named["service"], Absent):
            raise NoSuchResource(f"There is no service with the id {service_id}.")
        missing = [
            MissingPart(part=name, reason=why.reason, detail=why.detail)
            for name, outcome in named.items()
            if (why := _why(outcome))
        ]
        if len(missing) == len(PARTS):
            raise _refused(missing)
        known = {name: None if isinstance(outcome, BaseException) else outcome for name, outcome in named.items()}
        about = {"service_id": service_id, "starts_on": within.starts_on, "ends_on": within.ends_on}
        return OverviewView.model_validate({**about, "is_complete": not missing, "missing": missing, **known})

    async def _part(self, part: Part, service_id: UUID, within: Range, headers: Mapping[str, str]) -> Any:
        if part.service not in self._services:
            raise Missing(Reason.UNAVAILABLE, f"{part.service} is not there")
        transport = httpx.ASGITransport(self._services[part.service])
        address = part.address.format(id=service_id, starts_on=within.starts_on, ends_on=within.ends_on)
        async with asyncio.timeout(self._part_seconds):
            async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as http:
                answer = await http.get(address)
        if answer.status_code == 404:
            raise Absent
        if answer.status_code == 403:
            raise Missing(Reason.FORBIDDEN, answer.json().get("detail", ""))
        if not answer.is_success:
            raise Missing(Reason.UNAVAILABLE, f"{part.service} answered {answer.status_code}")
        return part.read(answer.json())


def _why(outcome: Any) -> Missing | None:
    match outcome:
        case Missing():
            return outcome
        case TimeoutError():
            return Missing(Reason.LATE, "it did not answer in time")
        case Problem():
            return Missing(Reason.UNAVAILABLE, outcome.detail)
        case Absent():
            return Missing(Reason.UNAVAILABLE, "nothing is kept about this service there")
        case json.JSONDecodeError() | LookupError() | TypeError() | ValueError():
            return Missing(Reason.UNAVAILABLE, "its answer cannot be read")
        case BaseException():
            raise outcome
        case _:
            return None


def _refused(missing: list[MissingPart]) -> Problem:
    if all(part.reason is Reason.FORBIDDEN for part in missing):
        return PermissionMissing(missing[0].detail)
    return NotReady("No part of the overview can be read now.", retry_after_seconds=2)
