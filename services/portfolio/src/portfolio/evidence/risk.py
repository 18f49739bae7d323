"""What a service puts at risk: how much hangs on it, and how often it did not keep its promises."""

from datetime import datetime
from decimal import Decimal

from chassis.money import EXACT
from portfolio.evidence.schemas import RiskEvidence
from portfolio.measurement.schemas import Attainment
from portfolio.service.terms import Criticality

IMPACT = {Criticality.LOW: 1, Criticality.MEDIUM: 2, Criticality.HIGH: 3, Criticality.CRITICAL: 4}


def risk_evidence(
    criticality: Criticality | None, attained: Attainment, *, dependants: int, at: datetime
) -> RiskEvidence | None:
    """None when its criticality or its health is not known."""
    if criticality is None or attained.health is None:
        return None
    impact = IMPACT[criticality] + bool(dependants)
    probability = EXACT.subtract(Decimal(1), attained.health)
    risk = EXACT.multiply(Decimal(impact), probability)
    return RiskEvidence(impact=impact, probability=probability, risk=risk, as_of=attained.as_of or at)
