"""How well a service serves the objectives is kept as strategy says it, the newest last."""

from typing import Any
from uuid import uuid4

from chassis.testing import ServiceUnderTest
from portfolio.evidence.schemas import Evidence
from tests.portfolio.evidence.test_evidence import evidence
from tests.portfolio.review.evidence import evidence as frozen
from tests.portfolio.services import Services

SUBJECT = uuid4()


async def aligned(portfolio: ServiceUnderTest, service: dict[str, Any], score: str | None, sequence: int) -> None:
    fact = {"service_id": service["id"], "score": score, "objectives": 2 if score else 0, "as_of": "2026-01-15"}
    await portfolio.deliver("strategy.objective-aligned.v1", fact, subject=SUBJECT, sequence=sequence)


async def test_the_newest_score_is_evidence_and_an_older_one_is_ignored(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    await aligned(portfolio, mail, "0.625000", 2)
    await aligned(portfolio, mail, "0.100000", 1)
    told = (await evidence(portfolio, mail))["alignment"]
    assert (told["score"], told["objectives"]) == ("0.625000", 2)


async def test_a_service_that_is_aligned_no_more_has_no_score_rather_than_zero(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail")
    await aligned(portfolio, mail, "0.625000", 1)
    await aligned(portfolio, mail, None, 2)
    told = await evidence(portfolio, mail)
    assert told["alignment"] is None
    assert "alignment" not in [missing["part"] for missing in told["missing"]]


async def test_a_service_of_which_strategy_says_nothing_is_not_aligned_once_it_says_so_of_others(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail, chat = await services.operational("mail"), await services.operational("chat")
    assert "alignment" in [missing["part"] for missing in (await evidence(portfolio, chat))["missing"]]
    await aligned(portfolio, mail, "0.625000", 1)
    told = await evidence(portfolio, chat)
    assert told["alignment"] is None
    assert "alignment" not in [missing["part"] for missing in told["missing"]]


def test_evidence_that_was_frozen_before_alignment_was_known_is_still_read() -> None:
    before = frozen().model_dump(mode="json")
    del before["alignment"]
    assert Evidence.model_validate(before).alignment is None
