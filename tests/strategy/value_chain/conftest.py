"""Facts of the other services, for every test of value chains."""

import pytest

from chassis.testing import ServiceUnderTest
from tests.strategy.evidence.facts import Facts


@pytest.fixture
def facts(strategy: ServiceUnderTest) -> Facts:
    return Facts(strategy)
