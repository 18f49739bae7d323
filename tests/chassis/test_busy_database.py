"""A request that finds no free connection in time is asked to come again; that is no fault of the service."""

from sqlalchemy.exc import TimeoutError as NoConnectionFree

from chassis.problems import NotReady
from chassis.web import as_problem


def test_a_full_pool_says_when_to_come_again() -> None:
    problem = as_problem(NoConnectionFree("QueuePool limit reached"))
    assert isinstance(problem, NotReady)
    assert problem.context["retry_after_seconds"] > 0
