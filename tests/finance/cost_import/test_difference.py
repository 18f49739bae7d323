"""The difference between what a file says and what its source has posted."""

from decimal import Decimal
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from chassis.money import exact_sum
from finance.cost_import.difference import Key, balanced, difference, valued

PERIODS, ACCOUNTS, OBJECTS = ([uuid4() for _ in range(3)] for _ in range(3))
BALANCING = uuid4()

keys = st.builds(
    lambda period, account, cost_object, rated: Key(period, account, cost_object, None, *rated),
    st.sampled_from(PERIODS),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(OBJECTS),
    st.sampled_from([("CAD", Decimal(1)), ("USD", Decimal("1.352512345678")), ("USD", Decimal("1.4"))]),
)
files = st.dictionaries(keys, st.decimals(-(10**9), 10**9, places=11), max_size=12)
Said = dict[Key, Decimal]


def totals(said: Said) -> dict[Key, tuple[Decimal, Decimal]]:
    return balanced(valued(said.items()), BALANCING)


@given(files, files)
def test_what_was_posted_and_the_difference_are_what_the_file_says(before: Said, now: Said) -> None:
    posted = totals(before)
    for period, lines in difference(totals(now), posted).items():
        for it in lines:
            key = Key(period, it.account_id, it.cost_object_id, it.consumer_id, it.currency, it.rate or Decimal(1))
            amount, base = posted.get(key, (Decimal(0), Decimal(0)))
            assert it.base_amount is not None
            posted[key] = (exact_sum([amount, it.amount]), exact_sum([base, it.base_amount]))
    assert {key: amounts for key, amounts in posted.items() if any(amounts)} == {
        key: amounts for key, amounts in totals(now).items() if any(amounts)
    }


@given(files, files)
def test_the_difference_of_each_period_balances_in_every_currency_and_in_base(before: Said, now: Said) -> None:
    for lines in difference(totals(now), totals(before)).values():
        assert len(lines) >= 2
        assert exact_sum(it.base_amount or Decimal(0) for it in lines) == 0
        for currency in ("CAD", "USD"):
            assert exact_sum(it.amount for it in lines if it.currency == currency) == 0


@given(files)
def test_there_is_no_difference_to_the_same(said: Said) -> None:
    assert difference(totals(said), totals(said)) == {}


def test_base_amounts_keep_the_decimals_of_the_ledger() -> None:
    key = Key(UUID(int=0), UUID(int=1), None, None, "USD", Decimal("1.352512345678"))
    [(amount, base)] = valued([(key, Decimal("0.00000080000"))]).values()
    assert (amount, base) == (Decimal("0.00000080000"), Decimal("0.000001082010"))
