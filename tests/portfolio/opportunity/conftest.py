"""Opportunities as callers meet them: what is known is delivered, a scan is asked for, and something is decided."""

import pytest

from chassis.testing import ServiceUnderTest
from tests.portfolio.opportunity.scans import Scans


@pytest.fixture
def scans(portfolio: ServiceUnderTest) -> Scans:
    return Scans(portfolio)
