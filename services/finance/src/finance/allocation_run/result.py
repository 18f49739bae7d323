"""What a run comes to: what each party bears, rounded once, and what each pool did. No I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from chassis.money import EXACT, minor_unit, round_to
from finance.allocation_model.schemas import CostPool, Layer
from finance.allocation_run.calculation import NotConserved, prove, rounded_shares
from finance.allocation_run.events import AllocatedObject
from finance.allocation_run.model import AllocatedPool
from finance.allocation_run.pool import DECIMALS, Outcome, amount_of
from finance.allocation_run.register import Party, Register
from finance.allocation_run.standing import Standing


@dataclass(frozen=True)
class Borne:
    """full = direct − given + received, of which `exact` is full before rounding. Of a consumer only full and exact."""

    party: Party
    direct: Decimal
    given: Decimal
    received: Decimal
    full: Decimal
    exact: Decimal


@dataclass(frozen=True)
class Totals:
    cost_in: Decimal
    unallocated: Decimal


def borne(register: Register, standing: Standing[int], currency: str) -> list[Borne]:
    """Of all that gave or received something, in order. Raises NotConserved."""
    prove(standing, range(len(register.parties)))
    numbers = sorted(standing.given.keys() | standing.got.keys())
    decimals = _decimals((standing.direct.get(number, 0) for number in numbers), currency)
    exact = [standing.bears(number) for number in numbers]
    rounded = rounded_shares(exact, decimals)
    if sum(rounded) != sum(exact):
        raise NotConserved("rounding has changed a sum")
    return [
        _borne(register.parties[number], standing, number, full, before, decimals)
        for number, full, before in zip(numbers, rounded, exact, strict=True)
    ]


def _borne(party: Party, standing: Standing[int], number: int, full: int, exact: int, decimals: int) -> Borne:
    direct = _to(standing.direct.get(number, 0), decimals)
    given = _to(standing.given.get(number, 0), decimals)
    whole = _to(full, decimals)
    received = EXACT.add(EXACT.subtract(whole, direct), given)
    return Borne(party, direct, given, received, whole, amount_of(exact))


def announced(borne: Iterable[Borne]) -> list[AllocatedObject]:
    """What other services hear of: the cost objects."""
    return [
        AllocatedObject(
            cost_object_code=each.party.code,
            service_id=each.party.service_id,
            direct=each.direct,
            given=each.given,
            received=each.received,
            full=each.full,
        )
        for each in borne
        if each.party.kind
    ]


def totals(standing: Standing[int], currency: str) -> Totals:
    decimals = _decimals([standing.cost_in], currency)
    return Totals(_to(standing.cost_in, decimals), _to(standing.unallocated, decimals))


def _to(number: int, decimals: int) -> Decimal:
    return round_to(amount_of(number), decimals)


def _decimals(amounts: Iterable[int], currency: str) -> int:
    """Those of the currency, or those that any of the amounts has beyond."""
    decimals = minor_unit(currency)
    for amount in amounts:
        while decimals < DECIMALS and amount % 10 ** (DECIMALS - decimals):
            decimals += 1
    return decimals


@dataclass(frozen=True)
class Place:
    """Where a pool stands in its revision."""

    number: int
    layer_number: int
    layer: Layer
    rule: CostPool


def places(layers: Sequence[Layer]) -> dict[str, Place]:
    each = [(at, layer, rule) for at, layer in enumerate(layers) for rule in layer.pools]
    return {rule.code: Place(number, at, layer, rule) for number, (at, layer, rule) in enumerate(each)}


def pool_row(run_id: UUID, outcome: Outcome[int], place: Place) -> AllocatedPool:
    pool = outcome.pool
    served = sum(share.quantity is not None for share, _ in outcome.parts())
    measured = sum(1 for party in pool.uses.parties if party in pool.targets)
    return AllocatedPool(
        run_id=run_id,
        pool=pool.code,
        number=place.number,
        layer=place.layer.code,
        layer_number=place.layer_number,
        method=place.layer.method,
        shared_by=place.rule.by,
        driver=place.rule.driver,
        receives=pool.receives,
        cost=amount_of(outcome.cost),
        given=amount_of(outcome.cost - outcome.kept),
        kept=amount_of(outcome.kept),
        idle=amount_of(outcome.idle),
        used=pool.uses.quantity(outcome.shares.used),
        capacity=place.rule.capacity,
        served=served,
        unmeasured=len(pool.targets) - measured,
    )
