"""The whole story, from an empty platform to a decision and its effects."""

from dataclasses import dataclass
from datetime import date

from standalone.client import Steward
from standalone.demo import billing, books, cloud, decisions, funding, planning, portfolio, sharing, strategy
from standalone.demo.published import Published
from standalone.demo.report import Report


@dataclass(frozen=True)
class Days:
    """`last` is that of the service which is retired."""

    today: date
    last: date


async def play(caller: Steward, board: Steward, days: Days, published: Published, report: Report) -> None:
    """`board` decides what `caller` has opened: among others, that a service ends on the last day, which is to come."""
    await _market(caller, published, report)
    with report.step("Five years of cost"):
        await books.open_books(caller, published, report)
        await books.costs(caller, published, report)
    with report.step("Budgets of 2023-24 against what was spent"):
        await planning.votes(caller, board, published, report)
        await planning.internal_services(caller, board, published, report)
    with report.step("The year to come"):
        await planning.outlook(caller, report)
    with report.step("What to fund, and its budget"):
        await funding.plan(caller, board, published, report)
    with report.step("Internal services allocated to programs by staff, 2023-24"):
        await sharing.allocation(caller, published, report)
    with report.step("The same by two drivers and three methods"):
        await sharing.methods(caller, published, report)
    with report.step("Programs charged to departments by headcount, 2023-24"):
        await sharing.charges(caller, published, report)
    with report.step("One program invoiced, and a bill explained down to the ledger"):
        await billing.invoices(caller, days.today, published, report)
    with report.step("Service standards and reviews"):
        await portfolio.standards(caller, published, report)
        await sharing.service_costs(caller, report)
        begun = await decisions.charge_by_use(caller, report)
        await decisions.reviews(caller, report)
    with report.step("Opportunities, and the chain from a need to its cost"):
        await decisions.opportunities(caller, report)
        await strategy.chain(caller, report)
    with report.step("The same cost file again, and a corrected one"):
        await books.corrections(caller, published, report)
    with report.step("A cloud bill in FOCUS"):
        await cloud.bill(caller, published, report)
    with report.step("To continue with a service, or to retire it"):
        await decisions.notice(caller, board, days.last, begun, report)


async def _market(caller: Steward, published: Published, report: Report) -> None:
    with report.step("Customers: departments and their headcount"):
        await portfolio.market(caller, published, report)
    with report.step("Services: catalog, retired, pipeline"):
        await portfolio.services(caller, published, report)
    with report.step("The market: a segment, its needs, the offerings that meet them"):
        await strategy.offerings(caller, published, report)
        await strategy.coverage(caller, published, report)
        await strategy.objective(caller, report)


async def conclude(caller: Steward, report: Report) -> None:
    """On that last day, or later."""
    with report.step("The service is retired"):
        await decisions.retirement(caller, report)


async def follow_up(caller: Steward, report: Report) -> None:
    """When the effect can be seen."""
    with report.step("What came of it"):
        await decisions.effect(caller, report)
        await strategy.chain(caller, report)
