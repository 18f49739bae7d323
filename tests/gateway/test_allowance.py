"""A caller may ask so often in a while that begins with its first request; others are not counted with it."""

import pytest

from gateway.allowance import Allowance
from gateway.problems import RateExceeded


class Ticking:
    """Seconds, as the test lets them pass."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def allowance(ticking: Ticking) -> Allowance:
    return Allowance("2 per minute", monotonic=ticking)


def test_a_caller_is_told_what_is_left_and_when_it_is_more(allowance: Allowance, ticking: Ticking) -> None:
    assert allowance.spend("a") == [
        (b"ratelimit-policy", b'"default";q=2;w=60'),
        (b"ratelimit", b'"default";r=1;t=60'),
    ]
    ticking.now += 30.5
    assert allowance.spend("a")[1][1] == b'"default";r=0;t=30'


def test_what_is_refused_is_not_counted_and_the_wait_is_honest(allowance: Allowance, ticking: Ticking) -> None:
    for _ in range(2):
        allowance.spend("a")
    ticking.now += 59.5
    for _ in range(3):
        with pytest.raises(RateExceeded) as refused:
            allowance.spend("a")
        assert refused.value.context["retry_after_seconds"] == allowance.wait("a") == 1
    ticking.now += 0.5
    assert allowance.wait("a") == 0
    assert allowance.spend("a")[1][1] == b'"default";r=1;t=60'


def test_callers_are_counted_apart_and_forgotten_in_time(allowance: Allowance, ticking: Ticking) -> None:
    for number in range(1000):
        allowance.count(f"caller {number}")
    allowance.count("caller 7")
    assert allowance.wait("caller 7") == 60
    assert allowance.wait("caller 8") == 0
    ticking.now += 60
    allowance.spend("another")
    assert len(allowance._windows) == 1
