"""Strategy reviews, and what finance announces."""

import pytest

from chassis.testing import ServiceUnderTest
from tests.strategy.conftest import Steps
from tests.strategy.evidence.facts import Facts
from tests.strategy.strategy_review.stories import Reviews


@pytest.fixture
def reviews(steps: Steps) -> Reviews:
    return Reviews(steps)


@pytest.fixture
def finance(strategy: ServiceUnderTest) -> Facts:
    return Facts(strategy)
