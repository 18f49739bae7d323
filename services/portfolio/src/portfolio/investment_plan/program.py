"""A selection as an integer program: what is to be kept and made the most of, in whole numbers, so that it is exact."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from chassis.money import exact_sum, plain, round_to
from portfolio.investment_plan.content import (
    Budget,
    Candidate,
    Capacity,
    CategoryShare,
    Link,
    Objective,
    PlanInputs,
)
from portfolio.investment_plan.terms import CostKind, LimitKind, LinkKind

NORMAL_DECIMALS = 9


@dataclass(frozen=True)
class Row:
    """The sum of the coefficients of what is funded lies between `least` and `most`."""

    coefficients: Mapping[int, int]
    least: int | None = None
    most: int | None = None

    def of(self, selected: Collection[int]) -> int:
        return sum(self.coefficients.get(at, 0) for at in selected)

    def holds(self, selected: Collection[int]) -> bool:
        total = self.of(selected)
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)


@dataclass(frozen=True)
class Limit:
    """One thing that somebody has said, with the rows that it means. `scale` units of a row are one of what was said;
    `amount` is the most of a budget or capacity."""

    kind: LimitKind
    sentence: str
    rows: tuple[Row, ...]
    scale: int = 1
    amount: Decimal | None = None

    @property
    def is_quantity(self) -> bool:
        return self.amount is not None

    def used(self, selected: Collection[int]) -> Decimal:
        """Of a budget or capacity."""
        return _unscaled(self.rows[0].of(selected), self.scale)

    def raised(self, percent: int) -> "Limit":
        """A budget or capacity with so much more, rounded down to what a row can count; a percent of -100 is none."""
        (row,) = self.rows
        most = (row.most or 0) * (100 + percent) // 100
        return replace(self, rows=(replace(row, most=most),), amount=_unscaled(most, self.scale))


@dataclass(frozen=True)
class Program:
    """Which of `size` candidates to fund. `values` are whole numbers, `value_scale` of them are one; `barred` are not
    to be funded."""

    size: int
    values: tuple[int, ...]
    value_scale: int
    barred: frozenset[int]
    limits: tuple[Limit, ...]

    @cached_property
    def rows(self) -> list[Row]:
        return [row for limit in self.limits for row in limit.rows]

    def worth(self, selected: Iterable[int]) -> Decimal:
        return self.in_units(sum(self.values[at] for at in selected))

    def in_units(self, worth: int) -> Decimal:
        return _unscaled(worth, self.value_scale)

    def holds(self, selected: Collection[int]) -> bool:
        return not self.barred & set(selected) and all(row.holds(selected) for row in self.rows)

    def with_limits(self, limits: Iterable[Limit]) -> "Program":
        return replace(self, limits=tuple(limits))

    def without(self, limit: Limit) -> "Program":
        return self.with_limits(it for it in self.limits if it is not limit)

    def instead(self, limit: Limit, other: Limit) -> "Program":
        return self.with_limits(other if it is limit else it for it in self.limits)


def _unscaled(number: int, scale: int) -> Decimal:
    """`scale` is a power of ten."""
    return Decimal(number).scaleb(1 - len(str(scale)))


def scaled(numbers: Sequence[Decimal]) -> tuple[list[int], int]:
    """The numbers as whole ones, and the power of ten that they were multiplied by."""
    decimals = max((max(-int(it.as_tuple().exponent), 0) for it in numbers), default=0)
    return [int(it.scaleb(decimals)) for it in numbers], 10**decimals


def value_of(objective: Objective, candidates: Sequence[Candidate]) -> list[Decimal | None]:
    """What each candidate adds; None where a figure that counts is not known."""
    if objective.score is None or objective.npv is None:
        return [it.npv if objective.score is None else it.score for it in candidates]
    weighted = (
        _normal([it.npv for it in candidates], objective.npv),
        _normal([it.score for it in candidates], objective.score),
    )
    return [None if npv is None or score is None else npv + score for npv, score in zip(*weighted, strict=True)]


def _normal(figures: Sequence[Decimal | None], weight: Decimal) -> list[Decimal | None]:
    largest = max((abs(it) for it in figures if it is not None), default=Decimal(0))
    return [None if it is None else weight * _part(it, largest) for it in figures]


def _part(figure: Decimal, largest: Decimal) -> Decimal:
    if not largest:
        return Decimal(0)
    exact = Fraction(figure) / Fraction(largest)
    unit = 10**NORMAL_DECIMALS
    sign = -1 if exact < 0 else 1
    return sign * _unscaled((2 * abs(exact.numerator) * unit + exact.denominator) // (2 * exact.denominator), unit)


def program_of(inputs: PlanInputs) -> Program:
    """Candidates whose value is not known count nothing where they are mandatory, and are not funded otherwise: that is
    a limit of its own where a link names them."""
    candidates, said = inputs.candidates, inputs.scenario
    at = {it.code: position for position, it in enumerate(candidates)}
    values = value_of(said.objective, candidates)
    mandatory = {at[code] for link in said.links if link.kind is LinkKind.MANDATORY for code in link.candidates}
    whole, scale = scaled([it or Decimal(0) for it in values])
    named = {at[code] for link in said.links for code in link.candidates}
    unknown = {position for position, it in enumerate(values) if it is None} - mandatory
    limits = (
        *(_budget(it, candidates, inputs.currency) for it in said.budgets),
        *(_capacity(it, candidates) for it in said.capacities),
        *(_share(it, candidates) for it in said.shares),
        *(limit for link in said.links for limit in _linked(link, at)),
        *(_unknown(position, candidates[position].code) for position in sorted(unknown & named)),
    )
    return Program(len(candidates), tuple(whole), scale, frozenset(unknown - named), limits)


def _unknown(place: int, code: str) -> Limit:
    sentence = f"{code} is not funded: its value is not known."
    return Limit(LimitKind.UNKNOWN_VALUE, sentence, (Row({place: 1}, most=0),))


def cost_of(candidate: Candidate, period: str | None = None, kind: CostKind | None = None) -> Decimal:
    """Of all periods, of both kinds, where none is named."""
    return exact_sum(
        cost.amount for cost in candidate.costs if period in (None, cost.period) and kind in (None, cost.kind)
    )


def _most(costs: Sequence[Decimal], most: Decimal) -> tuple[Row, int]:
    *whole, bound = [*costs, most]
    numbers, scale = scaled([*whole, bound])
    return Row({at: it for at, it in enumerate(numbers[:-1]) if it}, most=numbers[-1]), scale


def _budget(budget: Budget, candidates: Sequence[Candidate], currency: str) -> Limit:
    costs = [cost_of(it, budget.period, budget.kind) for it in candidates]
    row, scale = _most(costs, budget.amount)
    what = f"The {budget.kind} budget" if budget.kind else "The budget"
    sentence = f"{what} of {budget.period or 'all periods'} is {plain(budget.amount)} {currency}."
    return Limit(LimitKind.BUDGET, sentence, (row,), scale, budget.amount)


def _capacity(capacity: Capacity, candidates: Sequence[Candidate]) -> Limit:
    needs = [
        exact_sum(
            need.quantity
            for need in it.demands
            if need.skill == capacity.skill and capacity.period in (None, need.period)
        )
        for it in candidates
    ]
    row, scale = _most(needs, capacity.quantity)
    sentence = f"Of {capacity.skill} there is {plain(capacity.quantity)} in {capacity.period or 'all periods'}."
    return Limit(LimitKind.CAPACITY, sentence, (row,), scale, capacity.quantity)


def _share(share: CategoryShare, candidates: Sequence[Candidate]) -> Limit:
    """Cost of the category minus the share of all cost: not below zero for the least, not above for the most."""
    costs, _ = scaled([cost_of(it) for it in candidates])

    def against(bound: Decimal) -> dict[int, int]:
        (whole,), scale = scaled([bound])
        return {
            at: cost * ((scale if it.category is share.category else 0) - whole)
            for at, (it, cost) in enumerate(zip(candidates, costs, strict=True))
        }

    rows = [Row(against(share.least), least=0)] if share.least is not None else []
    rows += [Row(against(share.most), most=0)] if share.most is not None else []
    bounds = [
        f"{word} {plain(round_to(bound * 100, 2).normalize())} %"
        for word, bound in (("at least", share.least), ("at most", share.most))
        if bound is not None
    ]
    return Limit(LimitKind.SHARE, f"Of the cost {' and '.join(bounds)} is for {share.category}.", tuple(rows))


def _linked(link: Link, at: Mapping[str, int]) -> list[Limit]:
    """One limit; of the mandatory one each, since each can be given up alone."""
    kind, places = LimitKind(link.kind), [at[code] for code in link.candidates]
    listed = ", ".join(link.candidates)
    match link.kind:
        case LinkKind.MANDATORY:
            return [
                Limit(kind, f"{code} is mandatory.", (Row({place: 1}, least=1),))
                for code, place in zip(link.candidates, places, strict=True)
            ]
        case LinkKind.NEEDS:
            needing, needed = link.candidates
            row = Row({places[0]: -1, places[1]: 1}, least=0)
            return [Limit(kind, f"{needing} needs {needed}.", (row,))]
        case LinkKind.EXCLUDES:
            one, other = link.candidates
            return [Limit(kind, f"{one} and {other} exclude each other.", (Row(dict.fromkeys(places, 1), most=1),))]
        case LinkKind.EXACTLY_ONE:
            return [Limit(kind, f"Exactly one of {listed} is funded.", (Row(dict.fromkeys(places, 1), 1, 1),))]
        case LinkKind.AT_MOST_ONE:
            return [Limit(kind, f"At most one of {listed} is funded.", (Row(dict.fromkeys(places, 1), most=1),))]
