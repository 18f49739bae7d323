"""Strategy reviews, and what finance announces."""

from collections.abc import Iterator

import pytest

from chassis.testing import ServiceUnderTest, StoppedClock
from tests.strategy.conftest import Steps
from tests.strategy.evidence.facts import Facts
from tests.strategy.strategy_review.stories import Reviews


@pytest.fixture
def reviews(steps: Steps) -> Reviews:
    return Reviews(steps)


@pytest.fixture
def finance(strategy: ServiceUnderTest) -> Facts:
    return Facts(strategy)


@pytest.fixture(autouse=True)
def january(request: pytest.FixtureRequest) -> Iterator[None]:
    """Reviews are of a day: each test begins on January 15, and whoever comes after finds the clock there."""
    if "strategy" not in request.fixturenames:
        yield
        return
    strategy: ServiceUnderTest = request.getfixturevalue("strategy")
    strategy.clock.now = StoppedClock.now
    yield
    strategy.clock.now = StoppedClock.now
