"""What the figures of services come to: every expected number is computed by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from strategy.evidence.queries import Allocated, Charged, Posted
from strategy.value_chain.figures import costs, quotient, recoveries
from strategy.value_chain.reach import Reach
from strategy.value_chain.schemas import ChainPart, CostBasis

D = Decimal
MAIL, RUN = UUID(int=1), UUID(int=2)
EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)
JANUARY, FEBRUARY, MARCH = date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)


def posted(on: date, cost: str, income: str = "0", currency: str = "CAD", heard_at: datetime = EARLY) -> Posted:
    return Posted(MAIL, currency, on, D(cost), D(income), heard_at)


def charged(amount: str, starts_on: date = JANUARY, ends_on: date = FEBRUARY, currency: str = "CAD") -> Charged:
    return Charged(MAIL, currency, starts_on, ends_on, D(amount), EARLY)


def allocated(amount: str, starts_on: date = JANUARY, ends_on: date = FEBRUARY, currency: str = "CAD") -> Allocated:
    return Allocated(MAIL, RUN, "mail", "full", starts_on, ends_on, currency, D(amount), EARLY)


def test_cost_less_income_is_net_and_each_currency_stands_by_itself() -> None:
    rows = [posted(JANUARY, "100.10", "0.10"), posted(FEBRUARY, "50", heard_at=LATE), posted(JANUARY, "7", "9", "USD")]
    cad, usd = costs(rows)
    assert (cad.currency, cad.cost, cad.income, cad.net) == ("CAD", D("150.10"), D("0.10"), D("150.00"))
    assert [(period.starts_on, period.net) for period in cad.periods] == [(JANUARY, D("100.00")), (FEBRUARY, D("50"))]
    assert cad.as_of == LATE
    assert (usd.currency, usd.net) == ("USD", D("-2"))


def test_no_digit_of_a_net_amount_is_lost() -> None:
    (cost,) = costs([posted(JANUARY, "99999999999999999999.999999999999", "0.000000000001")])
    assert str(cost.net) == "99999999999999999999.999999999998"


def test_a_recovery_is_set_against_the_cost_of_the_charged_days_alone() -> None:
    (found,) = recoveries([charged("75")], [posted(JANUARY, "100", "60"), posted(FEBRUARY, "900")], [])
    assert (found.recovered, found.cost, found.basis) == (D("75"), D("100"), CostBasis.POSTED_COST)
    assert found.ratio == D("0.7500")


def test_the_newest_allocation_of_just_the_charged_days_goes_before_posted_cost() -> None:
    runs = [allocated("300"), allocated("150"), allocated("1", ends_on=MARCH), allocated("2", currency="USD")]
    (found,) = recoveries([charged("75")], [posted(JANUARY, "100")], runs)
    assert (found.cost, found.basis, found.ratio) == (D("150"), CostBasis.FULL_COST, D("0.5000"))


def test_an_allocation_of_other_days_is_not_what_the_charged_days_cost() -> None:
    charges = [charged("10"), charged("20", FEBRUARY, MARCH)]
    (found,) = recoveries(charges, [posted(JANUARY, "40"), posted(FEBRUARY, "50")], [allocated("300")])
    assert (found.recovered, found.cost, found.basis) == (D("30"), D("90"), CostBasis.POSTED_COST)


def test_without_a_cost_in_its_currency_a_recovery_has_no_ratio_rather_than_zero() -> None:
    (found,) = recoveries([charged("75")], [posted(JANUARY, "100", currency="USD")], [])
    assert (found.cost, found.basis, found.ratio) == (None, None, None)


def test_nothing_is_divided_by_nothing() -> None:
    assert quotient(D("1"), D("0")) is None
    assert quotient(D("1"), D("-5")) is None
    assert quotient(D("9" * 20), D("0.000000000001")) is None
    assert quotient(D("87"), D("148")) == D("0.5878")


def test_an_answer_that_is_cut_says_so() -> None:
    reach = Reach()
    assert len(reach.first(ChainPart.SERVICES, range(1_000))) == 1_000
    assert reach.missing == []
    assert len(reach.first(ChainPart.OFFERINGS, range(201))) == 200
    assert [it.reason for it in reach.missing] == ["Only the first 200 offerings are shown and counted."]
