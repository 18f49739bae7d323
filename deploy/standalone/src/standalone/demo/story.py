"""The whole story, from an empty platform to a decision and its effects."""

from datetime import date

from standalone.client import Steward
from standalone.demo import books, cloud, decisions, portfolio, sharing
from standalone.demo.published import Published
from standalone.demo.report import Report


async def play(caller: Steward, board: Steward, last_day: date, published: Published, report: Report) -> None:
    """`board` decides what `caller` has opened: among others, that a service ends on `last_day`, which is to come."""
    with report.step("Customers: departments and their headcount"):
        await portfolio.market(caller, published, report)
    with report.step("Services: catalog, retired, pipeline"):
        await portfolio.services(caller, published, report)
    with report.step("Five years of cost"):
        await books.open_books(caller, published, report)
        await books.costs(caller, published, report)
    with report.step("Internal services allocated to programs by staff, 2023-24"):
        await sharing.allocation(caller, published, report)
    with report.step("The same by two drivers and three methods"):
        await sharing.methods(caller, published, report)
    with report.step("Programs charged to departments by headcount, 2023-24"):
        await sharing.charges(caller, published, report)
    with report.step("Service standards and reviews"):
        await portfolio.standards(caller, published, report)
        await portfolio.offering(caller, report)
        await sharing.service_costs(caller, report)
        begun = await decisions.charge_by_use(caller, report)
        await decisions.reviews(caller, report)
    with report.step("The same cost file again, and a corrected one"):
        await books.corrections(caller, published, report)
    with report.step("A cloud bill in FOCUS"):
        await cloud.bill(caller, published, report)
    with report.step("Notice to retire a service"):
        await decisions.notice(caller, board, last_day, begun, report)


async def conclude(caller: Steward, report: Report) -> None:
    """On that last day, or later."""
    with report.step("The service is retired"):
        await decisions.retirement(caller, report)
