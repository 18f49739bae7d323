"""How alike two names are, and which of many are: by the groups of three letters that they share.

The likeness is that of PostgreSQL's pg_trgm (words in any order, shared trigrams over all trigrams). Pairs are found by
prefix filtering (Bayardo, Ma, Srikant: Scaling Up All Pairs Similarity Search, 2007): two sets whose likeness reaches a
bound have so many of their rarest members in common already, so that nothing is missed and little is compared.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from math import ceil
from uuid import UUID

from chassis.money import of_fraction
from strategy.customer.naming import normalized

DECIMALS = 4
MOST_MEETINGS = 20_000_000
MOST_COMPARISONS = 500_000
MOST_PAIRS = 5_000

Trigrams = frozenset[str]
Named = tuple[UUID, Trigrams]


@dataclass(frozen=True, order=True)
class Pair:
    """`one` and `other` in the order of their ids."""

    one: UUID
    other: UUID
    likeness: Decimal


@dataclass(frozen=True)
class Found:
    """`complete` is False when there was more to compare or to find than one search does: ask for more likeness."""

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
    blocks: dict[tuple[str, ...], list[Named]] = defaultdict(list)
    for id in sorted(names):
        numbers = tuple(sorted(word for word in words(names[id]) if any(c.isdigit() for c in word)))
        blocks[numbers].append((id, trigrams(names[id])))
    search = _Search(least)
    pairs = [pair for block in blocks.values() for pair in search.through(block)]
    return Found(_best(pairs), search.compared, complete=search.is_complete and len(pairs) <= MOST_PAIRS)


def _best(pairs: Sequence[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.one, pair.other))[:MOST_PAIRS]


@dataclass
class _Search:
    """Goes on until it has met or compared as many as it may."""

    least: Fraction
    met: int = 0
    compared: int = 0

    @property
    def is_complete(self) -> bool:
        return self.met <= MOST_MEETINGS and self.compared <= MOST_COMPARISONS

    def through(self, block: Sequence[Named]) -> Iterator[Pair]:
        often = Counter(trigram for _, name in block for trigram in name)
        order = {trigram: at for at, trigram in enumerate(sorted(often, key=lambda each: (often[each], each)))}
        sizes = [len(name) for _, name in block]
        needed = {size: {other: self._needed(size, other) for other in set(sizes)} for size in set(sizes)}
        seen: dict[str, list[int]] = defaultdict(list)
        for at, (id, name) in enumerate(block):
            prefix = sorted(name, key=order.__getitem__)[: self._prefix(sizes[at])]
            met = Counter(chain.from_iterable(seen.get(trigram, ()) for trigram in prefix))
            self.met += met.total()
            enough = needed[sizes[at]]
            worth = [other for other, shared in met.items() if shared >= enough[sizes[other]]]
            self.compared += len(worth)
            if not self.is_complete:
                return
            for other in worth:
                if self._are_alike(name, block[other][1]):
                    first, second = sorted((id, block[other][0]))
                    yield Pair(first, second, of_fraction(likeness(name, block[other][1]), DECIMALS))
            for trigram in prefix:
                seen[trigram].append(at)

    def _prefix(self, size: int) -> int:
        return size - ceil(self.least * size) + 1

    def _needed(self, size: int, other: int) -> int:
        """How many of their rarest two names must share: all that they need to share, but for the rest of either."""
        rest = max(size - self._prefix(size), other - self._prefix(other))
        return ceil(self.least * (size + other) / (1 + self.least)) - rest

    def _are_alike(self, one: Trigrams, other: Trigrams) -> bool:
        """As by `likeness`, in whole numbers."""
        shared = len(one & other)
        return shared * self.least.denominator >= self.least.numerator * (len(one) + len(other) - shared)
