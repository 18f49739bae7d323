"""The positive real roots of a polynomial, each isolated by exact arithmetic with integers (Sturm's theorem)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import gcd

# From the highest power down; the first is not 0.
Polynomial = Sequence[int]

# Roots are sought on a grid of half units of the twelfth decimal, so that each is rounded rightly.
HALF_UNITS = 2 * 10**12
MOST = 10**12


def positive_roots(coefficients: Polynomial) -> list[int]:
    """Those from 10^-12 to 10^12 in units of 10^-12, rounded, ascending; a multiple root once.

    Descartes: without a change of sign there is none, with one change there is exactly one. Only with several are
    they counted by Sturm's theorem: distinct roots in (a, b] = changes of sign of the chain at a − those at b.
    """
    polynomial = _trimmed(coefficients)
    changes = sign_changes(polynomial)
    if changes == 0:
        return []
    chain = [polynomial] if changes == 1 else sturm_chain(polynomial)
    return [(_step_with_root(chain[0], low, high) + 1) // 2 for low, high in _isolated(chain)]


def sign_changes(numbers: Sequence[int]) -> int:
    signs = [number > 0 for number in numbers if number]
    return sum(before != after for before, after in pairwise(signs))


def sturm_chain(polynomial: Polynomial) -> list[Polynomial]:
    """Of the polynomial with each root once."""
    chain = _remainders(polynomial)
    if len(chain[-1]) > 1:  # a common divisor with the derivative: there are multiple roots
        chain = _remainders(_divided(polynomial, chain[-1]))
    return chain


def value_at(polynomial: Polynomial, at: int) -> int:
    """At x = `at` / HALF_UNITS, times a power of HALF_UNITS: its sign is that of the value."""
    value, scale = 0, 1
    for coefficient in polynomial:
        value = value * at + coefficient * scale
        scale *= HALF_UNITS
    return value


def _isolated(chain: Sequence[Polynomial]) -> Iterator[tuple[int, int]]:
    """Half-open (low, high] on the grid, ascending; each holds one root, or is one step for each of those in it."""
    low, high = 1, MOST * HALF_UNITS
    if len(chain) == 1:
        above = value_at(chain[0], high)
        if above == 0 or value_at(chain[0], low) * above < 0:
            yield low, high
        return
    waiting = [(low, high, _changes_at(chain, low), _changes_at(chain, high))]
    while waiting:
        low, high, before, after = waiting.pop()
        if before - after == 1 or high - low == 1:
            yield from [(low, high)] * (before - after)
        elif before > after:
            middle = _between(low, high)
            at = _changes_at(chain, middle)
            waiting += [(middle, high, at, after), (low, middle, before, at)]


def _between(low: int, high: int) -> int:
    """A grid point strictly inside, by magnitude where the ends are of different ones: most roots lie near 1."""
    if high > 4 * low:
        return 1 << ((low.bit_length() + high.bit_length()) // 2)
    return (low + high) // 2


def _step_with_root(polynomial: Polynomial, low: int, high: int) -> int:
    """(at, at + 1] of the grid with the one root in (low, high], which may begin with another root at `low`."""
    above = value_at(polynomial, high)
    if above == 0:
        return high - 1
    while high - low > 1:
        middle = _between(low, high)
        value = value_at(polynomial, middle)
        if value == 0 or (value > 0) == (above > 0):
            high = middle
        else:
            low = middle
    return low


def _changes_at(chain: Sequence[Polynomial], at: int) -> int:
    return sign_changes([value_at(polynomial, at) for polynomial in chain])


def _remainders(polynomial: Polynomial) -> list[Polynomial]:
    """p, p′, then the negated remainder of the two before, each without its common divisor, down to the last not 0."""
    chain = [_primitive(polynomial), _primitive(_derivative(polynomial))]
    while len(chain[-1]) > 1:
        remainder = _remainder(chain[-2], chain[-1])
        if not remainder:
            break
        chain.append(_primitive([-coefficient for coefficient in remainder]))
    return chain


def _derivative(polynomial: Polynomial) -> list[int]:
    degree = len(polynomial) - 1
    return [coefficient * (degree - at) for at, coefficient in enumerate(polynomial[:-1])]


def _remainder(dividend: Polynomial, divisor: Polynomial) -> Polynomial:
    """Of `dividend`, times a number above zero that keeps it whole."""
    rest, lead = list(dividend), abs(divisor[0])
    sign = 1 if divisor[0] > 0 else -1
    while len(rest) >= len(divisor):
        first = rest[0] * sign
        rest = [lead * coefficient for coefficient in rest]
        for at, coefficient in enumerate(divisor):
            rest[at] -= first * coefficient
        rest = rest[1:]
    return _without_leading_zeros(rest)


def _divided(dividend: Polynomial, divisor: Polynomial) -> Polynomial:
    """The quotient of a division that leaves nothing, up to a factor."""
    rest, quotient, lead = list(dividend), list[int](), divisor[0]
    while len(rest) >= len(divisor):
        first = rest[0]
        quotient = [lead * coefficient for coefficient in quotient] + [first]
        rest = [lead * coefficient for coefficient in rest]
        for at, coefficient in enumerate(divisor):
            rest[at] -= first * coefficient
        rest = rest[1:]
    return _primitive(quotient)


def _primitive(polynomial: Polynomial) -> Polynomial:
    common = gcd(*polynomial)
    return [coefficient // common for coefficient in polynomial]


def _trimmed(polynomial: Polynomial) -> Polynomial:
    """Without zeros at both ends: those at the end are roots at 0."""
    ahead = _without_leading_zeros(polynomial)
    return _without_leading_zeros(ahead[::-1])[::-1]


def _without_leading_zeros(polynomial: Polynomial) -> Polynomial:
    first = next((at for at, coefficient in enumerate(polynomial) if coefficient), len(polynomial))
    return polynomial[first:]
