"""Published answers of investment appraisal, met to their last digit."""

import json
from decimal import Decimal
from typing import Any

import pytest

from finance.investment.discounting import CONTEXT, Convention, Flows, annuity_factor, net_present_value
from finance.investment.internal_rate import internal_rates, modified_internal_rate
from finance.investment.payback import payback
from tests.chassis.numbers import public

D = Decimal


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    published: list[dict[str, Any]] = json.loads(public("oracles/npv_irr.json").read_text())["cases"]
    assert len(published) == 17
    return published


def of_kind(cases: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [case for case in cases if case["kind"] in kinds]


def flows(case: dict[str, Any], convention: Convention = Convention.FIRST_FLOW_NOW) -> Flows:
    return Flows.series([D(amount) for amount in case["cashflows"]], convention)


def to_digits_of(published: str, figure: Decimal) -> str:
    """As exact as the published figure is."""
    return str(figure.quantize(D(published), context=CONTEXT))


def test_internal_rates(cases: list[dict[str, Any]]) -> None:
    known = of_kind(cases, "irr")
    assert len(known) == 7
    for case in known:
        rates = internal_rates(flows(case))
        if case["expected"] is None:
            assert rates == []
        else:
            (rate,) = rates
            assert to_digits_of(case["expected"], rate) == case["expected"]


def test_several_internal_rates_are_all_found(cases: list[dict[str, Any]]) -> None:
    (case,) = of_kind(cases, "irr_multiple")
    assert internal_rates(flows(case)) == [D(rate) for rate in case["expected"]]
    assert to_digits_of(case["npv_at_15pct"], net_present_value(flows(case), D("0.15"))) == case["npv_at_15pct"]


def test_net_present_values_with_the_first_flow_now(cases: list[dict[str, Any]]) -> None:
    known = of_kind(cases, "npv_t0")
    assert len(known) == 2
    for case in known:
        assert to_digits_of(case["expected"], net_present_value(flows(case), D(case["rate"]))) == case["expected"]


def test_net_present_values_with_every_flow_at_its_periods_end(cases: list[dict[str, Any]]) -> None:
    (case,) = of_kind(cases, "npv_excel")
    npv = net_present_value(flows(case, Convention.PERIOD_END), D(case["rate"]))
    assert to_digits_of(case["expected"], npv) == case["expected"]


def test_modified_internal_rates(cases: list[dict[str, Any]]) -> None:
    known = of_kind(cases, "mirr")
    assert len(known) == 2
    for case in known:
        rate = modified_internal_rate(flows(case), D(case["finance_rate"]), D(case["reinvest_rate"]))
        assert rate is not None
        # Published from arithmetic with 28 digits, of which the last ones are rounding.
        assert abs(rate - D(case["published"])) < D("1e-26")


def test_annuities_and_the_payment_that_repays_a_loan(cases: list[dict[str, Any]]) -> None:
    """Published with the sign of the other side: who is paid a present value has received its negative."""
    (annuity,) = of_kind(cases, "pv_annuity")
    value = CONTEXT.multiply(D(annuity["payment"]), annuity_factor(D(annuity["rate"]), D(annuity["periods"])))
    assert to_digits_of(annuity["published"], -value) == annuity["published"]
    loans = of_kind(cases, "pmt")
    assert len(loans) == 2
    for loan in loans:
        yearly, _, months = loan["rate"].partition("/")
        rate = CONTEXT.divide(D(yearly), D(months or 1))
        payment = CONTEXT.divide(D(loan["present_value"]), annuity_factor(rate, D(loan["periods"])))
        assert abs(-payment - D(loan["published"])) < D("1e-19")


def test_payback(cases: list[dict[str, Any]]) -> None:
    (case,) = of_kind(cases, "payback")
    assert payback(flows(case)) == D(case["expected_years"])
