"""How far a measure, and an objective by its measures, has come. Exact; what was not measured is None, never zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Standing:
    """A measure and its reading, if there is one; `weight` is above zero, `target` is not `baseline`."""

    baseline: Decimal
    target: Decimal
    weight: Decimal
    reading: Decimal | None

    @property
    def progress(self) -> Fraction | None:
        """(reading − baseline) / (target − baseline): below 0 it went the wrong way, above 1 beyond the target."""
        if self.reading is None:
            return None
        return (Fraction(self.reading) - Fraction(self.baseline)) / (Fraction(self.target) - Fraction(self.baseline))


@dataclass(frozen=True)
class Together:
    """`progress`: Σ weight·progress / Σ weight over what was measured; `coverage`: the weight of that in all weight."""

    progress: Fraction | None
    coverage: Fraction | None


def together(measures: Sequence[Standing]) -> Together:
    """Of no measure at all, nothing is known."""
    progresses = [(Fraction(it.weight), it.progress) for it in measures]
    measured = sum((weight for weight, progress in progresses if progress is not None), Fraction(0))
    whole = sum((weight for weight, _ in progresses), Fraction(0))
    if not measured:
        return Together(None, Fraction(0) if whole else None)
    gone = sum((weight * progress for weight, progress in progresses if progress is not None), Fraction(0))
    return Together(gone / measured, measured / whole)


def clamped(progress: Fraction) -> Fraction:
    """For a gauge, which has two ends."""
    return min(max(progress, Fraction(0)), Fraction(1))
