"""The rules of retirement plans, of their checklists and of moving customers, on plain objects."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from chassis.ids import uuid7
from portfolio.retirement_plan.checklist import ChecklistItem, ItemSettled, OwnItem
from portfolio.retirement_plan.customer_move import AfterTheEnd, NotYetLaunched, succeed
from portfolio.retirement_plan.model import (
    MovesLater,
    NoticeTooLate,
    NotOpen,
    OwnReplacement,
    ReplacementGoes,
    RetirementPlan,
)
from portfolio.retirement_plan.terms import ItemState, RetirementStatus
from portfolio.service import events
from portfolio.service.gates import Act
from portfolio.service.model import Service, StepNotPossible
from portfolio.service.terms import GONE, Kind, Status
from portfolio.subscription.model import AlreadyEnded, NotOperational, Overlapping, Subscription

TODAY, TOMORROW, END = date(2026, 1, 15), date(2026, 1, 16), date(2026, 6, 1)
LATER = Act(by="grace", at=datetime(2026, 2, 1, 9, tzinfo=UTC), reason="as decided")
ACT = Act(by="ada", at=datetime(2026, 1, 15, 12, tzinfo=UTC), reason="nobody needs it")


def a_service(code: str = "mail", status: Status = Status.OPERATIONAL) -> Service:
    service = Service.propose(ACT, code=code, name=code, kind=Kind.CUSTOMER_FACING)
    service.recorded.clear()
    service.status, service.launched_on = status, date(2025, 1, 1)
    return service


def opened(service: Service, replacement: Service | None = None, *, notice_days: int = 1) -> RetirementPlan:
    return RetirementPlan.open(ACT, service, ends_on=END, replacement=replacement, notice_days=notice_days)


def announced(service: Service) -> list[object]:
    return [fact for _, fact, _ in service.recorded]


def a_subscription(service: Service, starts_on: str = "2026-01-01", ends_on: str | None = None) -> Subscription:
    return Subscription(
        service_id=service.id,
        customer_id=uuid7(),
        quantity=Decimal("12.5"),
        option="gold",
        starts_on=date.fromisoformat(starts_on),
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
    )


def test_opening_a_plan_gives_the_service_its_notice_and_closing_it_takes_the_notice_back() -> None:
    mail, cloud = a_service(), a_service("cloud")
    plan = opened(mail, cloud)
    assert (mail.status, mail.retires_on, mail.replacement_id) == (Status.RETIRING, END, cloud.id)
    assert (plan.given_on, plan.opened_by, plan.reason) == (TODAY, "ada", "nobody needs it")
    plan.call_off(LATER, mail)
    assert (mail.status, mail.retires_on, mail.replacement_id) == (Status.OPERATIONAL, None, None)
    assert (plan.status, plan.closed_by, plan.closing_reason) == (RetirementStatus.CALLED_OFF, "grace", "as decided")
    assert (plan.ends_on, plan.replacement_id) == (END, cloud.id)
    assert announced(mail) == [
        events.ServiceRetiring(service_id=mail.id, code="mail", retires_on=END, replacement_id=cloud.id),
        events.ServiceRetirementCancelled(service_id=mail.id, code="mail"),
    ]


@pytest.mark.parametrize("day", [TODAY, date(2025, 12, 31)])
def test_a_notice_is_given_for_a_day_to_come(day: date) -> None:
    with pytest.raises(NoticeTooLate):
        RetirementPlan.open(ACT, a_service(), ends_on=day, replacement=None)
    assert RetirementPlan.open(ACT, a_service(), ends_on=TOMORROW, replacement=None).ends_on == TOMORROW


def test_customers_have_at_least_the_notice_that_the_plan_gives_them() -> None:
    """The 137th day after the 15th of January is the 1st of June."""
    with pytest.raises(NoticeTooLate):
        opened(a_service(), notice_days=138)
    mail = a_service()
    plan = opened(mail, notice_days=137)
    with pytest.raises(NoticeTooLate):
        plan.revise(LATER, mail, ends_on=date(2026, 5, 31), replacement=None, last_move_on=None)
    assert plan.ends_on == mail.retires_on == END


def test_only_an_operational_service_gets_its_notice() -> None:
    for status in set(Status) - {Status.OPERATIONAL}:
        with pytest.raises(StepNotPossible):
            opened(a_service(status=status))


def test_a_service_does_not_replace_itself() -> None:
    mail = a_service()
    with pytest.raises(OwnReplacement):
        opened(mail, mail)


@pytest.mark.parametrize("status", sorted(GONE | {Status.RETIRING}))
def test_what_is_gone_or_goes_replaces_nothing(status: Status) -> None:
    mail = a_service()
    with pytest.raises(ReplacementGoes):
        opened(mail, a_service("cloud", status))
    assert announced(mail) == []


def test_replacements_never_make_a_loop() -> None:
    mail, cloud, fax = a_service(), a_service("cloud"), a_service("fax")
    opened(mail, cloud)
    opened(cloud, fax)
    for earlier in (mail, cloud):
        with pytest.raises(ReplacementGoes):
            opened(fax, earlier)


def test_an_end_that_is_put_off_or_comes_nearer_is_announced_again() -> None:
    mail, cloud = a_service(), a_service("cloud")
    plan = opened(mail)
    mail.recorded.clear()
    for day in (date(2026, 9, 1), date(2026, 3, 1)):
        plan.revise(LATER, mail, ends_on=day, replacement=cloud, last_move_on=None)
        assert (plan.ends_on, mail.retires_on) == (day, day)
    assert announced(mail) == [
        events.ServiceRetiring(service_id=mail.id, code="mail", retires_on=day, replacement_id=cloud.id)
        for day in (date(2026, 9, 1), date(2026, 3, 1))
    ]


def test_the_same_again_is_no_revision() -> None:
    mail = a_service()
    plan = opened(mail)
    mail.recorded.clear()
    plan.revise(LATER, mail, ends_on=END, replacement=None, last_move_on=None)
    assert announced(mail) == []


def test_the_end_does_not_come_before_a_customer_has_moved() -> None:
    mail = a_service()
    plan = opened(mail)
    with pytest.raises(MovesLater):
        plan.revise(LATER, mail, ends_on=date(2026, 4, 30), replacement=None, last_move_on=date(2026, 5, 1))
    plan.revise(LATER, mail, ends_on=date(2026, 5, 1), replacement=None, last_move_on=date(2026, 5, 1))
    assert plan.ends_on == date(2026, 5, 1)


def test_an_overdue_plan_is_put_off_or_gets_another_replacement_and_is_never_dated_back() -> None:
    mail, cloud = a_service(), a_service("cloud")
    plan = opened(mail)
    late = Act(by="ada", at=datetime(2026, 7, 1, tzinfo=UTC), reason="late")
    assert [plan.is_overdue(day) for day in (date(2026, 5, 31), END)] == [False, True]
    with pytest.raises(NoticeTooLate):
        plan.revise(late, mail, ends_on=date(2026, 6, 2), replacement=None, last_move_on=None)
    plan.revise(late, mail, ends_on=END, replacement=cloud, last_move_on=None)
    plan.revise(late, mail, ends_on=date(2026, 7, 2), replacement=cloud, last_move_on=None)
    assert (plan.ends_on, plan.replacement_id, plan.is_overdue(late.on)) == (date(2026, 7, 2), cloud.id, False)


def test_what_is_closed_changes_no_more() -> None:
    mail = a_service()
    plan = opened(mail)
    plan.complete(LATER)
    with pytest.raises(NotOpen):
        plan.call_off(LATER, mail)
    with pytest.raises(NotOpen):
        plan.revise(LATER, mail, ends_on=TOMORROW, replacement=None, last_move_on=None)
    assert (plan.status, mail.status) == (RetirementStatus.COMPLETED, Status.RETIRING)


def an_item(owner: str = "grace", by: str = "ada") -> ChecklistItem:
    return ChecklistItem.add(uuid7(), title="Archive", owner=owner, due_on=END, required=True, by=by)


@pytest.mark.parametrize(("owner", "by"), [("grace", "ada"), ("ada", "grace")])
def test_an_item_is_waived_by_somebody_else_than_who_owns_it_or_put_it_there(owner: str, by: str) -> None:
    item = an_item(owner, by)
    with pytest.raises(OwnItem):
        item.waive(LATER)
    item.waive(Act(by="edsger", at=LATER.at, reason="It was empty."))
    assert (item.state, item.settled_by, item.evidence) == (ItemState.WAIVED, "edsger", "It was empty.")


def test_who_gives_an_item_another_owner_does_not_waive_it_either() -> None:
    item = an_item(owner="grace", by="ada")
    item.change(title="Archive", owner="edsger", due_on=END, required=True, by="grace")
    with pytest.raises(OwnItem):
        item.waive(LATER)


def test_an_item_is_settled_once() -> None:
    item = an_item()
    item.complete(LATER)
    for change in (item.complete, item.waive):
        with pytest.raises(ItemSettled):
            change(Act(by="edsger", at=LATER.at, reason="again"))
    with pytest.raises(ItemSettled):
        item.change(title="Burn", owner="grace", due_on=END, required=False, by="ada")
    assert (item.state, item.evidence, item.title) == (ItemState.DONE, "as decided", "Archive")


def moved(old: Subscription, on: date, *, today: date = TODAY, cloud: Service | None = None) -> Subscription:
    mail, cloud = a_service(), cloud or a_service("cloud")
    plan = opened(mail, cloud if cloud.status is Status.OPERATIONAL else None)
    return succeed(old, plan=plan, replacement=cloud, on=on, today=today, option="premium", others=[])


def test_a_customer_moves_on_one_day_with_as_much_as_before() -> None:
    old = a_subscription(a_service())
    new = moved(old, date(2026, 5, 1))
    assert (old.ends_on, new.starts_on, new.ends_on) == (date(2026, 5, 1), date(2026, 5, 1), None)
    assert (new.customer_id, new.quantity, new.option) == (old.customer_id, Decimal("12.5"), "premium")


def test_a_term_that_was_agreed_goes_on_with_the_replacement() -> None:
    old = a_subscription(a_service(), ends_on="2027-01-01")
    assert moved(old, date(2026, 5, 1)).ends_on == date(2027, 1, 1)


def test_one_that_ends_on_the_day_goes_on_with_an_open_end() -> None:
    old = a_subscription(a_service(), ends_on="2026-05-01")
    new = moved(old, date(2026, 5, 1))
    assert (new.starts_on, new.ends_on, old.sequence) == (date(2026, 5, 1), None, 0)


def test_one_that_is_still_to_start_starts_with_the_replacement() -> None:
    old = a_subscription(a_service(), starts_on="2026-05-20")
    new = moved(old, date(2026, 5, 1))
    assert (old.starts_on, old.ends_on, new.starts_on) == (date(2026, 5, 20), date(2026, 5, 20), date(2026, 5, 20))


def test_nobody_moves_after_the_end_nor_after_they_have_left() -> None:
    old = a_subscription(a_service(), ends_on="2026-04-01")
    with pytest.raises(AlreadyEnded):
        moved(old, date(2026, 4, 2))
    still = a_subscription(a_service())
    with pytest.raises(AfterTheEnd):
        moved(still, date(2026, 6, 2))
    assert (old.ends_on, still.ends_on) == (date(2026, 4, 1), None)
    never = a_subscription(a_service(), starts_on="2026-04-01", ends_on="2026-04-01")
    with pytest.raises(AlreadyEnded):
        moved(never, date(2026, 3, 1))


def test_of_an_overdue_plan_customers_still_move_until_today() -> None:
    late = date(2026, 7, 10)
    with pytest.raises(AfterTheEnd):
        moved(a_subscription(a_service()), date(2026, 7, 11), today=late)
    assert moved(a_subscription(a_service()), late, today=late).starts_on == late


def test_nobody_moves_to_what_is_not_operational_on_the_day() -> None:
    old = a_subscription(a_service())
    for status in set(Status) - {Status.OPERATIONAL}:
        with pytest.raises(NotOperational):
            moved(old, END, cloud=a_service("cloud", status))
    new = a_service("cloud")
    new.launched_on = date(2026, 5, 2)
    with pytest.raises(NotYetLaunched):
        moved(old, date(2026, 5, 1), cloud=new)
    assert old.ends_on is None
    assert moved(old, date(2026, 5, 2), cloud=new).starts_on == date(2026, 5, 2)


def test_nobody_gets_twice_what_they_have() -> None:
    mail, cloud = a_service(), a_service("cloud")
    plan, old, there = opened(mail, cloud), a_subscription(mail), a_subscription(cloud)
    with pytest.raises(Overlapping):
        succeed(old, plan=plan, replacement=cloud, on=END, today=TODAY, option="gold", others=[there])
    assert old.ends_on is None
