"""How alike two names are, and which of many are: by the groups of three letters that they share.

The likeness is that of PostgreSQL's pg_trgm (words in any order, shared trigrams over all trigrams). Pairs are found by
prefix filtering (Bayardo, Ma, Srikant: Scaling Up All Pairs Similarity Search, 2007): two sets whose likeness reaches a
bound have one of their rarest members in common already, so that nothing is missed and little is compared.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from uuid import UUID

from chassis.money import of_fraction
from strategy.customer.naming import normalized

DECIMALS = 4
MOST_COMPARISONS = 1_000_000
MOST_PAIRS = 5_000

Trigrams = frozenset[str]


@dataclass(frozen=True, order=True)
class Pair:
    """`one` and `other` in the order of their ids."""

    one: UUID
    other: UUID
    likeness: Decimal


@dataclass(frozen=True)
class Found:
    """`complete` is False when there was more to compare, or more to find, than one search does."""

    pairs: list[Pair]
    compared: int
    complete: bool


def words(name: str) -> list[str]:
    """Letters and digits without case, marks and accents."""
    plain = unicodedata.normalize("NFKD", normalized(name))
    return re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c)))


def trigrams(name: str) -> Trigrams:
    """Of each word, with two blanks before it and one after it."""
    padded = [f"  {word} " for word in words(name)]
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def likeness(one: Trigrams, other: Trigrams) -> Fraction:
    """From 0 to 1; 0 when neither has any."""
    shared = len(one & other)
    return Fraction(shared, len(one) + len(other) - shared) if shared else Fraction(0)


def near(names: Mapping[UUID, str], *, least: Fraction) -> Found:
    """The pairs whose likeness is at least that (above 0), the most alike first.

    Names with different numbers in them (Region 1, Region 2) are never taken for one.
    """
    blocks: dict[tuple[str, ...], list[tuple[UUID, Trigrams]]] = defaultdict(list)
    for id in sorted(names):
        numbers = tuple(sorted(word for word in words(names[id]) if any(c.isdigit() for c in word)))
        blocks[numbers].append((id, trigrams(names[id])))
    pairs: list[Pair] = []
    compared = 0
    for one, other in _candidates(blocks.values(), least):
        if compared == MOST_COMPARISONS:
            return Found(_best(pairs), compared, complete=False)
        compared += 1
        alike = likeness(one[1], other[1])
        if alike >= least:
            first, second = sorted((one[0], other[0]))
            pairs.append(Pair(first, second, of_fraction(alike, DECIMALS)))
    return Found(_best(pairs), compared, complete=len(pairs) <= MOST_PAIRS)


def _best(pairs: Sequence[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.one, pair.other))[:MOST_PAIRS]


Named = tuple[UUID, Trigrams]


def _candidates(blocks: Iterable[Sequence[Named]], least: Fraction) -> Iterator[tuple[Named, Named]]:
    for block in blocks:
        often = Counter(trigram for _, name in block for trigram in name)
        seen: dict[str, list[Named]] = defaultdict(list)
        for named in block:
            rarest = sorted(named[1], key=lambda trigram: (often[trigram], trigram))
            prefix = rarest[: len(rarest) - ceil(least * len(rarest)) + 1]
            met = {other[0]: other for trigram in prefix for other in seen[trigram]}
            yield from ((named, other) for other in met.values())
            for trigram in prefix:
                seen[trigram].append(named)
