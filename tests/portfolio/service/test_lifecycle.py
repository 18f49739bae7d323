"""The rules of a service's life, on plain objects."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import uuid7
from portfolio.service import events
from portfolio.service.gates import Act, Blocked, Held, ImplausibleDays, Neighbour, OpenCharge, OpenItem
from portfolio.service.model import LIFECYCLE, Service, StepNotPossible
from portfolio.service.terms import Kind, Stage, Status, Step

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
ACT = Act(by="ada", at=NOW, reason="it is time", evidence="BC-1")
WAIVED = Act(by="ada", at=NOW, reason="it is time", evidence="urgent", waived_by="grace")
BARE = Act(by="ada", at=NOW, reason="it is time")
TOMORROW = date(2026, 1, 16)

STEPS: dict[Step, Callable[[Service], None]] = {
    Step.DEFINITION: lambda service: service.define(ACT),
    Step.ANALYSIS: lambda service: service.analyze(ACT),
    Step.APPROVAL: lambda service: service.approve(ACT),
    Step.CHARTER: lambda service: service.charter(ACT),
    Step.DEVELOPMENT: lambda service: service.develop(ACT),
    Step.LAUNCH: lambda service: service.launch(ACT, service_levels=1, not_operational=[]),
    Step.HOLD: lambda service: service.hold(ACT),
    Step.RESUMPTION: lambda service: service.resume(ACT),
    Step.REJECTION: lambda service: service.reject(ACT),
    Step.WITHDRAWAL: lambda service: service.withdraw(ACT),
    Step.RETIREMENT_NOTICE: lambda service: service.give_notice(ACT, retires_on=TOMORROW, replacement_id=None),
    Step.NOTICE_CANCELLATION: lambda service: service.cancel_notice(ACT),
    Step.RETIREMENT: lambda service: service.retire(ACT, Held()),
    Step.ARCHIVING: lambda service: service.archive(ACT),
}
ALLOWED = {(source, step) for step, (sources, _) in LIFECYCLE.items() for source in sources}
REFUSED = [(status, step) for status in Status for step in STEPS if (status, step) not in ALLOWED]


def a_service(status: Status = Status.PROPOSED, *, owner: str | None = "Ada") -> Service:
    service = Service.propose(ACT, code="mail", name="Mail", kind=Kind.CUSTOMER_FACING, owner=owner)
    service.recorded.clear()
    service.status = status
    if status is Status.ON_HOLD:
        service.held_status = Status.ANALYZED
    if status is Status.RETIRING:
        service.retires_on = NOW.date()
    return service


def facts(service: Service) -> list[object]:
    return [fact for _, fact, _ in service.recorded]


def kinds(service: Service) -> list[str]:
    return [type(fact).__name__ for fact in facts(service)]


def test_the_table_knows_every_step_that_a_service_can_take() -> None:
    assert set(LIFECYCLE) == set(STEPS) == set(Step) - {Step.PROPOSAL, Step.IMPORT, Step.RELATION_END}


def test_the_pipeline_leads_from_proposal_to_launch_and_the_catalog_to_the_archive() -> None:
    service = a_service()
    seen = [service.status]
    for step in "definition analysis approval charter development launch retirement_notice".split():
        STEPS[Step(step)](service)
        seen.append(service.status)
    service.retires_on = NOW.date()
    for step in "retirement archiving".split():
        STEPS[Step(step)](service)
        seen.append(service.status)
    assert seen == (
        "proposed defined analyzed approved chartered in_development operational retiring retired archived".split()
    )


@pytest.mark.parametrize(("status", "step"), sorted(ALLOWED))
def test_every_step_of_the_table_leads_where_it_says(status: Status, step: Step) -> None:
    service = a_service(status)
    STEPS[step](service)
    assert service.status == (LIFECYCLE[step][1] or Status.ANALYZED)


@pytest.mark.parametrize(("status", "step"), REFUSED)
def test_every_other_step_is_refused_and_changes_nothing(status: Status, step: Step) -> None:
    service = a_service(status)
    with pytest.raises(StepNotPossible) as refusal:
        STEPS[step](service)
    assert service.status is status
    assert facts(service) == []
    assert step not in refusal.value.context["possible_steps"]


@pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN, Status.ARCHIVED])
def test_nothing_leads_out_of_an_end(status: Status) -> None:
    assert a_service(status).possible_steps() == []


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=25))
def test_whatever_is_tried_only_steps_of_the_table_are_taken(tried: list[Step]) -> None:
    service = a_service()
    for step in tried:
        before, held = service.status, service.held_status
        try:
            STEPS[step](service)
        except (StepNotPossible, Blocked):
            assert service.status is before
        else:
            sources, target = LIFECYCLE[step]
            assert before in sources
            assert service.status is (target or held)
        assert (service.held_status is not None) == (service.status is Status.ON_HOLD)
        assert service.stage is not Stage.CATALOG or service.launched_on == NOW.date()


@pytest.mark.parametrize("status", sorted(LIFECYCLE[Step.HOLD][0]))
def test_a_service_on_hold_resumes_where_it_was(status: Status) -> None:
    service = a_service(status)
    service.hold(ACT)
    service.resume(ACT)
    assert service.status is status


def test_an_approval_needs_a_business_case_or_a_waiver() -> None:
    with pytest.raises(Blocked) as refusal:
        a_service(Status.ANALYZED).approve(BARE)
    assert [blocker["kind"] for blocker in refusal.value.context["blockers"]] == ["business_case"]
    service = a_service(Status.ANALYZED)
    service.approve(WAIVED)
    assert facts(service) == [events.ServiceApproved(service_id=service.id, code="mail", approved_on=date(2026, 1, 15))]


def test_a_charter_needs_funding_or_a_waiver() -> None:
    with pytest.raises(Blocked) as refusal:
        a_service(Status.APPROVED).charter(BARE)
    assert [blocker["kind"] for blocker in refusal.value.context["blockers"]] == ["funding"]
    service = a_service(Status.APPROVED)
    service.charter(WAIVED)
    assert kinds(service) == ["ServiceChartered"]


def test_a_refused_launch_names_everything_that_stands_in_the_way() -> None:
    service, used = a_service(Status.IN_DEVELOPMENT, owner=None), Neighbour(uuid7(), "network", "retiring")
    with pytest.raises(Blocked) as refusal:
        service.launch(ACT, service_levels=0, not_operational=[used])
    assert refusal.value.context["blockers"] == [
        {"kind": "owner", "sentence": "It has no owner.", "link": f"/v1/services/{service.id}"},
        {
            "kind": "service_level",
            "sentence": "It promises no service level.",
            "link": f"/v1/service-levels?service_id={service.id}",
        },
        {
            "kind": "dependency",
            "sentence": "It uses network, which is retiring.",
            "link": f"/v1/services/{used.id}",
        },
    ]
    assert (service.status, service.launched_on) == (Status.IN_DEVELOPMENT, None)


def test_a_refused_retirement_names_everything_that_stands_in_the_way() -> None:
    service, user, subscription = a_service(Status.RETIRING), Neighbour(uuid7(), "portal", "operational"), uuid7()
    service.retires_on = TOMORROW
    charge = OpenCharge(date(2026, 1, 10), date(2026, 1, 1))
    item = OpenItem(uuid7(), uuid7(), "Archive", "Ada", TOMORROW)
    with pytest.raises(Blocked) as refusal:
        service.retire(ACT, Held([user], [subscription], charge=charge, items=[item]))
    assert [(blocker["kind"], blocker["link"]) for blocker in refusal.value.context["blockers"]] == [
        ("notice", f"/v1/services/{service.id}"),
        ("dependant", f"/v1/services/{user.id}"),
        ("subscription", f"/v1/subscriptions/{subscription}"),
        ("charge", f"/v1/services/{service.id}/evidence?starts_on=2026-01-01&ends_on=2026-01-10"),
        ("checklist", f"/v1/retirement-plans/{item.plan_id}/checklist-items/{item.id}"),
    ]
    assert refusal.value.context["blockers"][-1]["sentence"] == "Ada was to see to this by 2026-01-16: Archive"


def test_a_service_retires_on_the_day_its_notice_ends_and_not_before() -> None:
    service = a_service(Status.RETIRING)
    service.retires_on = TOMORROW
    with pytest.raises(Blocked):
        service.retire(ACT, Held())
    service.retire(Act(by="ada", at=datetime(2026, 1, 16, tzinfo=UTC), reason="over"), Held())
    assert service.retired_on == TOMORROW


def test_a_notice_that_is_called_off_leaves_no_date_and_is_announced() -> None:
    service, other = a_service(Status.OPERATIONAL), uuid7()
    service.give_notice(ACT, retires_on=TOMORROW, replacement_id=other)
    service.cancel_notice(ACT)
    assert (service.status, service.retires_on, service.replacement_id) == (Status.OPERATIONAL, None, None)
    assert facts(service) == [
        events.ServiceRetiring(service_id=service.id, code="mail", retires_on=TOMORROW, replacement_id=other),
        events.ServiceRetirementCancelled(service_id=service.id, code="mail"),
    ]


def test_only_a_change_of_what_others_know_is_announced() -> None:
    service = a_service()
    service.describe(
        ACT, name="Mail", kind=Kind.CUSTOMER_FACING, owner="Ada", description="Longer", tags=["b", "a", "b"]
    )
    assert facts(service) == []
    assert service.tags == ["a", "b"]
    service.describe(ACT, name="Mail", kind=Kind.CUSTOMER_FACING, owner="Grace")
    assert facts(service) == [
        events.ServiceChanged(service_id=service.id, code="mail", name="Mail", kind=Kind.CUSTOMER_FACING, owner="Grace")
    ]


def taken_over(stage: Stage, **days: date) -> Service:
    return Service.take_over(ACT, code="mail", stage=stage, name="Mail", kind=Kind.SUPPORTING, **days)


def test_a_service_taken_over_announces_the_stage_it_is_in() -> None:
    launched, retired = date(2012, 4, 1), date(2020, 4, 1)
    assert kinds(taken_over(Stage.PIPELINE)) == ["ServiceProposed"]
    live = taken_over(Stage.CATALOG, launched_on=launched)
    assert kinds(live) == ["ServiceChartered", "ServiceLaunched"]
    gone = taken_over(Stage.RETIRED, launched_on=launched, retired_on=retired)
    assert kinds(gone) == ["ServiceRetired"]
    assert (gone.status, gone.launched_on, gone.retired_on) == (Status.RETIRED, launched, retired)


@pytest.mark.parametrize(
    ("stage", "days"),
    [
        (Stage.PIPELINE, {"launched_on": date(2020, 1, 1)}),
        (Stage.CATALOG, {"retired_on": date(2020, 1, 1)}),
        (Stage.CATALOG, {"launched_on": TOMORROW}),
        (Stage.RETIRED, {"launched_on": date(2020, 1, 2), "retired_on": date(2020, 1, 1)}),
    ],
)
def test_days_that_do_not_fit_the_stage_are_refused(stage: Stage, days: dict[str, date]) -> None:
    with pytest.raises(ImplausibleDays):
        taken_over(stage, **days)


def test_external_ids_that_stay_are_kept_as_they_are() -> None:
    service = a_service()
    service.know_as([("cmdb", "1"), ("erp", "9")])
    first = service.external_ids[0]
    service.know_as([("cmdb", "1"), ("cmdb", "2")])
    assert [(name.source, name.external_id) for name in service.external_ids] == [("cmdb", "1"), ("cmdb", "2")]
    assert service.external_ids[0] is first
