"""Small plans of every kind, and how somebody would check and solve them with a pencil."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from portfolio.investment_plan.content import PlanInputs

JSON = dict[str, Any]

NAMES = "abcdefg"
PERIODS = [
    {"code": "Y1", "starts_on": "2026-04-01", "ends_on": "2027-04-01"},
    {"code": "Y2", "starts_on": "2027-04-01", "ends_on": "2028-04-01"},
]


def plan(candidates: list[JSON], **limits: Any) -> PlanInputs:
    scenario = {"objective": {"npv": "1"}, **limits}
    return PlanInputs.model_validate(
        {"currency": "CAD", "periods": PERIODS, "candidates": candidates, "scenario": scenario}
    )


money = st.decimals(0, 1_000, places=2).map(str)
worth = st.none() | st.decimals(-200, 1_000, places=1).map(str)
period, kind = st.sampled_from(["Y1", "Y2"]), st.sampled_from(["capital", "operating"])
category = st.sampled_from(["run", "grow", "transform"])
objective = st.sampled_from([{"npv": "1"}, {"score": "1"}, {"npv": "2", "score": "1"}])
costs = st.lists(
    st.fixed_dictionaries({"period": period, "kind": kind, "amount": money}),
    max_size=4,
    unique_by=lambda it: (it["period"], it["kind"]),
)
demands = st.lists(
    st.fixed_dictionaries({"skill": st.just("dev"), "period": period, "quantity": money}),
    max_size=2,
    unique_by=lambda it: it["period"],
)
figures = st.fixed_dictionaries(
    {"category": st.none() | category, "npv": worth, "score": worth, "costs": costs, "demands": demands}
)
budgets = st.lists(
    st.fixed_dictionaries({"amount": money}, optional={"period": period, "kind": kind}),
    max_size=3,
    unique_by=lambda it: (it.get("period"), it.get("kind")),
)
capacities = st.lists(
    st.fixed_dictionaries({"skill": st.just("dev"), "quantity": money}, optional={"period": period}),
    max_size=2,
    unique_by=lambda it: it.get("period"),
)
bound = st.sampled_from([{"least": "0.1"}, {"least": "0.3333"}, {"most": "0.5"}, {"least": "0.2", "most": "0.6"}])
shares = st.lists(
    st.tuples(category, bound).map(lambda it: {"category": it[0], **it[1]}),
    max_size=2,
    unique_by=lambda it: it["category"],
)


def links(codes: str) -> st.SearchStrategy[list[JSON]]:
    def of(kinds: list[str], least: int, most: int) -> st.SearchStrategy[JSON]:
        named = st.lists(st.sampled_from(codes), min_size=least, max_size=most, unique=True)
        return st.fixed_dictionaries({"kind": st.sampled_from(kinds), "candidates": named})

    one = of(["mandatory"], 1, 1)
    several = [of(["needs", "excludes"], 2, 2), of(["exactly_one", "at_most_one"], 2, min(4, len(codes)))]
    some = st.one_of(one, *several) if len(codes) > 1 else one
    return st.lists(some, max_size=4, unique_by=lambda it: (it["kind"], *it["candidates"]))


@st.composite
def plans(draw: st.DrawFn) -> PlanInputs:
    codes = NAMES[: draw(st.integers(1, len(NAMES)))]
    limits = {"budgets": budgets, "capacities": capacities, "shares": shares, "objective": objective}
    said = {name: draw(some) for name, some in limits.items()}
    return plan([{"code": it, "name": it, **draw(figures)} for it in codes], links=draw(links(codes)), **said)


def subsets(size: int) -> Iterator[frozenset[int]]:
    for count in range(size + 1):
        yield from map(frozenset, combinations(range(size), count))


def kept(inputs: PlanInputs, picked: frozenset[int]) -> bool:
    """The limits, as somebody would check them with a pencil who knows nothing of rows."""
    funded = [inputs.candidates[at] for at in picked]
    codes = {it.code for it in funded}
    said = inputs.scenario
    for money_limit in said.budgets:
        spent = sum(
            cost.amount
            for it in funded
            for cost in it.costs
            if money_limit.period in (None, cost.period) and money_limit.kind in (None, cost.kind)
        )
        if spent > money_limit.amount:
            return False
    for skill in said.capacities:
        needed = sum(it.quantity for one in funded for it in one.demands if skill.period in (None, it.period))
        if needed > skill.quantity:
            return False
    total = sum(cost.amount for it in funded for cost in it.costs)
    for share in said.shares:
        part = sum(cost.amount for it in funded if it.category == share.category for cost in it.costs)
        if share.least is not None and Fraction(part) < Fraction(share.least) * Fraction(total):
            return False
        if share.most is not None and Fraction(part) > Fraction(share.most) * Fraction(total):
            return False
    return all(linked(link.kind, link.candidates, codes) for link in said.links)


def linked(kind: str, named: list[str], codes: set[str]) -> bool:
    count = len(codes & set(named))
    return {
        "mandatory": count == len(named),
        "needs": named[0] not in codes or named[-1] in codes,
        "excludes": count < 2,
        "exactly_one": count == 1,
        "at_most_one": count < 2,
    }[kind]


def value(inputs: PlanInputs, picked: frozenset[int]) -> Decimal | None:
    """None where something is funded whose value is not known, without being mandatory."""
    objective = inputs.scenario.objective
    largest = {
        name: max((abs(getattr(it, name)) for it in inputs.candidates if getattr(it, name) is not None), default=0)
        for name in ("npv", "score")
    }
    mandatory = {code for link in inputs.scenario.links if link.kind == "mandatory" for code in link.candidates}
    total = Decimal(0)
    for at in picked:
        it = inputs.candidates[at]
        names = [name for name in ("npv", "score") if getattr(objective, name) is not None]
        figures = [getattr(it, name) for name in names]
        if None in figures:
            if it.code not in mandatory:
                return None
            continue
        if len(names) == 1:
            total += figures[0]
            continue
        for name, figure in zip(names, figures, strict=True):
            weight = getattr(objective, name)
            part = figure / largest[name] if largest[name] else Decimal(0)
            total += weight * part.quantize(Decimal("0.000000001"), rounding="ROUND_HALF_UP")
    return total


def best(inputs: PlanInputs) -> Decimal | None:
    worths = [
        found
        for picked in subsets(len(inputs.candidates))
        if kept(inputs, picked) and (found := value(inputs, picked)) is not None
    ]
    return max(worths, default=None)
