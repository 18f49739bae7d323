"""What an entry must be before it may enter the ledger."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from finance.cost_object.model import CostObjectKind
from finance.fiscal_period.model import NotOpen, PeriodState
from finance.ledger.entry import CostObjectClosed, Entry, NotALeaf, PostingPeriod, TooFewLines, Unbalanced
from finance.ledger.line import (
    AmountOutOfRange,
    BaseAmountDiffers,
    CurrencyUnknown,
    Line,
    PostingAccount,
    PostingCostObject,
    RateMissing,
)

EXPENSE, PAYABLE, HEADING = uuid4(), uuid4(), uuid4()
ACCOUNTS = {
    EXPENSE: PostingAccount(EXPENSE, "5200", True),
    PAYABLE: PostingAccount(PAYABLE, "2000", True),
    HEADING: PostingAccount(HEADING, "5000", False),
}
MAIL = PostingCostObject(uuid4(), "MAIL", CostObjectKind.SERVICE, None)
PERIOD = PostingPeriod(uuid4(), "2025-26-P01", PeriodState.OPEN, "CAD", None, False)


def line(amount: str, account: UUID = EXPENSE, currency: str = "CAD", rate: str | None = None) -> Line:
    return Line(account, Decimal(amount), currency, None if rate is None else Decimal(rate))


def entry(*lines: Line, adjustment: bool = False) -> Entry:
    return Entry(date(2025, 4, 15), "Licences", "test", "1", lines, adjustment)


def check(entry: Entry, state: PeriodState = PeriodState.OPEN, cost_object: PostingCostObject = MAIL) -> list[Decimal]:
    period = replace(PERIOD, state=state)
    return [valued.base_amount for valued in entry.valued(period, ACCOUNTS, {cost_object.id: cost_object}, {})]


def test_debits_and_credits_of_each_currency_are_equal() -> None:
    assert check(entry(line("10.00"), line("-4"), line("-6"))) == [Decimal(10), Decimal(-4), Decimal(-6)]
    with pytest.raises(Unbalanced, match=r"leave 0\.01 CAD"):
        check(entry(line("10.01"), line("-10.00")))


def test_currencies_do_not_balance_each_other() -> None:
    with pytest.raises(Unbalanced):
        check(entry(line("10"), line("-10", currency="USD", rate="1")))


def test_a_currency_that_balances_at_two_rates_is_unbalanced_in_base_currency() -> None:
    with pytest.raises(Unbalanced, match="base CAD"):
        check(entry(line("10", currency="USD", rate="1.35"), line("-10", currency="USD", rate="1.36")))


def test_an_entry_has_at_least_two_lines() -> None:
    with pytest.raises(TooFewLines):
        check(entry(line("0")))


@pytest.mark.parametrize("rate", [None, "0", "-1", "NaN"])
def test_a_missing_or_senseless_rate_is_never_taken_for_one(rate: str | None) -> None:
    with pytest.raises(RateMissing):
        check(entry(line("10", currency="USD", rate=rate), line("-10", currency="USD", rate=rate)))


def test_the_base_currency_has_no_other_rate_than_one() -> None:
    with pytest.raises(RateMissing):
        check(entry(line("10", rate="1.1"), line("-10", rate="1.1")))


def test_a_base_amount_is_exact_unless_one_is_given_that_is_right_to_the_cent() -> None:
    usd = line("10.01", currency="USD", rate="1.3333")
    assert check(entry(usd, usd.reversed())) == [Decimal("13.346333"), Decimal("-13.346333")]
    rounded = replace(usd, base_amount=Decimal("13.35"))
    assert check(entry(rounded, rounded.reversed())) == [Decimal("13.35"), Decimal("-13.35")]
    wrong = replace(usd, base_amount=Decimal("13.36"))
    with pytest.raises(BaseAmountDiffers):
        check(entry(wrong, wrong.reversed()))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e15", "1E+999999", "0.0000000000001", "1E-999999"])
def test_an_amount_that_no_report_could_show_is_refused(amount: str) -> None:
    with pytest.raises(AmountOutOfRange):
        check(entry(line(amount), line(amount).reversed()))


@pytest.mark.parametrize("currency", ["ZZZ", "cad", "", "XAU"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(CurrencyUnknown):
        check(entry(line("1", currency=currency), line("-1", currency=currency)))


def test_only_a_leaf_takes_postings() -> None:
    with pytest.raises(NotALeaf):
        check(entry(line("1", account=HEADING), line("-1")))


@pytest.mark.parametrize(
    ("state", "plain", "adjustment"),
    [("future", False, False), ("open", True, True), ("soft_closed", False, True), ("closed", False, False)],
)
def test_a_period_takes_what_its_state_allows(state: str, plain: bool, adjustment: bool) -> None:
    for is_adjustment, admitted in ((False, plain), (True, adjustment)):
        asked = entry(line("1"), line("-1"), adjustment=is_adjustment)
        if admitted:
            assert check(asked, PeriodState(state))
            continue
        with pytest.raises(NotOpen):
            check(asked, PeriodState(state))


def test_a_closed_cost_object_takes_only_adjustments_and_reversals() -> None:
    closed = replace(MAIL, closed_on=date(2025, 4, 15))
    cost = entry(replace(line("1"), cost_object_id=MAIL.id), line("-1"))
    with pytest.raises(CostObjectClosed):
        check(cost, cost_object=closed)
    assert check(replace(cost, posted_on=date(2025, 4, 14)), cost_object=closed)
    assert check(replace(cost, adjustment=True), cost_object=closed)
    assert check(replace(cost, reversal_of=uuid4()), cost_object=closed)


def test_the_fingerprint_sees_every_difference_but_not_how_a_number_is_written() -> None:
    first = entry(line("1.50"), line("-1.50"))
    assert first.fingerprint == entry(line("1.5"), line("-1.500")).fingerprint
    others = [
        replace(first, description="Other"),
        replace(first, posted_on=date(2025, 4, 16)),
        replace(first, adjustment=True),
        entry(line("1.51"), line("-1.51")),
        entry(replace(line("1.50"), tags={"a": "b"}), line("-1.50")),
        entry(line("1.50", account=PAYABLE), line("-1.50")),
    ]
    assert len({other.fingerprint for other in [first, *others]}) == 1 + len(others)
