"""The life of an offering, step by step, and what must hold before each."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from chassis.ids import uuid7
from chassis.money import Money
from strategy.known_service.model import KnownService, KnownStage
from strategy.offering.events import OfferingLaunched, OfferingWithdrawn
from strategy.offering.lifecycle import LIFECYCLE, OfferingStatus
from strategy.offering.model import Blocked, NotInDraft, Offering, Proposition, ServiceUnusable

DAY = date(2026, 1, 15)


def service(stage: KnownStage = KnownStage.OPERATIONAL, code: str = "mail") -> KnownService:
    return KnownService(id=uuid7(), code=code, name=code, kind="customer_facing", stage=stage, known_sequence=1)


def proposition(*, services: list[KnownService], needs: list[UUID]) -> Proposition:
    return Proposition(
        name="Workplace",
        utility="Ready on the first day",
        warranty={"availability": "99.5 %"},
        need_ids=needs,
        service_ids=[one.id for one in services],
        market_space_ids=[],
        price=Money(amount=Decimal("85.00"), currency="CAD"),
        pricing_note="",
    )


def offering(status: OfferingStatus, services: list[KnownService], needs: int = 1) -> Offering:
    needed = [uuid7() for _ in range(needs)]
    made = Offering.draft(code="workplace", proposition=proposition(services=services, needs=needed), services=services)
    made.status = status
    return made


def take(step: str, one: Offering, services: list[KnownService]) -> None:
    match step:
        case "propose":
            one.propose()
        case "return":
            one.return_to_draft()
        case "approve":
            one.approve()
        case "launch":
            one.launch(on=DAY, services=services)
        case "supersede":
            one.supersede(by=one, on=DAY)
        case "withdraw":
            one.withdraw(on=DAY, reason="over")
        case "revise":
            one.revise(revision=2)


@pytest.mark.parametrize("status", OfferingStatus)
@pytest.mark.parametrize("step", LIFECYCLE)
def test_each_step_is_taken_from_its_statuses_only(step: str, status: OfferingStatus) -> None:
    services = [service()]
    one = offering(status, services)
    allowed, leads_to = LIFECYCLE[step]
    if status in allowed:
        take(step, one, services)
        assert one.status == (status if step == "revise" else leads_to)
    else:
        with pytest.raises(Blocked) as refused:
            take(step, one, services)
        assert [blocker["kind"] for blocker in refused.value.context["blockers"]] == ["status"]
        assert one.status is status


@pytest.mark.parametrize("stage", [KnownStage.CHARTERED, KnownStage.RETIRED])
def test_a_launch_needs_every_service_operational_and_names_each_that_is_not(stage: KnownStage) -> None:
    services = [service(), service(code="wiki"), service(code="chat")]
    one = offering(OfferingStatus.APPROVED, services)
    services[1].stage = services[2].stage = stage
    with pytest.raises(Blocked) as refused:
        one.launch(on=DAY, services=services)
    blockers = refused.value.context["blockers"]
    assert [blocker["kind"] for blocker in blockers] == ["service-not-operational"] * 2
    assert "wiki" in blockers[0]["sentence"]
    assert "chat" in blockers[1]["link"]
    assert one.recorded == []


def test_a_launch_with_a_service_that_nobody_has_announced_is_refused() -> None:
    one = offering(OfferingStatus.APPROVED, [service()])
    with pytest.raises(Blocked):
        one.launch(on=DAY, services=[])


@pytest.mark.parametrize("step", ["propose", "launch"])
def test_an_offering_without_services_or_needs_goes_nowhere(step: str) -> None:
    status = OfferingStatus.DRAFT if step == "propose" else OfferingStatus.APPROVED
    with pytest.raises(Blocked) as refused:
        take(step, offering(status, [], needs=0), [])
    assert [blocker["kind"] for blocker in refused.value.context["blockers"]] == ["no-service", "no-need"]


@pytest.mark.parametrize("stage", [KnownStage.CHARTERED, KnownStage.OPERATIONAL])
def test_an_offering_may_be_made_of_services_that_are_chartered(stage: KnownStage) -> None:
    assert offering(OfferingStatus.DRAFT, [service(stage)]).service_ids


def test_an_offering_is_not_made_of_retired_or_unknown_services() -> None:
    retired, unknown = service(KnownStage.RETIRED), service()
    with pytest.raises(ServiceUnusable) as refused:
        Offering.draft(
            code="x", proposition=proposition(services=[retired, unknown], needs=[]), services=[service(), retired]
        )
    assert refused.value.context["service_ids"] == [str(retired.id), str(unknown.id)]


def test_only_a_draft_can_be_changed() -> None:
    for status in set(OfferingStatus) - {OfferingStatus.DRAFT}:
        with pytest.raises(NotInDraft):
            offering(status, []).reshape(proposition(services=[], needs=[]), services=[])


def test_launch_and_withdrawal_say_what_is_offered() -> None:
    services = [service()]
    one = offering(OfferingStatus.APPROVED, services)
    one.launch(on=DAY, services=services)
    one.withdraw(on=DAY, reason="over")
    [launched, withdrawn] = [fact for _, fact, _ in one.recorded]
    assert isinstance(launched, OfferingLaunched)
    assert isinstance(withdrawn, OfferingWithdrawn)
    assert launched.service_ids == withdrawn.service_ids == [services[0].id]
    assert (withdrawn.withdrawn_on, withdrawn.reason) == (DAY, "over")


def test_the_withdrawal_of_what_was_never_offered_is_not_announced() -> None:
    one = offering(OfferingStatus.DRAFT, [])
    one.withdraw(on=DAY, reason="a bad idea")
    assert one.recorded == []


def test_a_revision_is_a_draft_with_the_same_content() -> None:
    one = offering(OfferingStatus.LAUNCHED, [service()])
    two = one.revise(revision=2)
    assert (two.status, two.revision, two.launched_on) == (OfferingStatus.DRAFT, 2, None)
    for name in ("code", "name", "utility", "warranty", "service_ids", "need_ids", "market_space_ids", "price"):
        assert getattr(two, name) == getattr(one, name)
    assert two.id != one.id
