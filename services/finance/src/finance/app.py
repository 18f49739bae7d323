"""The finance service: the ledger, what each service costs, and who pays for it."""

from chassis.manifest import Manifest
from finance.account.routes import router as accounts
from finance.allocation_model.routes import router as allocation_models
from finance.allocation_run.events import AllocationCompleted
from finance.allocation_run.routes import router as allocation_runs
from finance.assignment_rule.routes import router as assignment_rules
from finance.budget.events import BudgetApproved, BudgetExceeded, BudgetThresholdReached
from finance.budget.routes import router as budgets
from finance.budget_reservation.routes import router as budget_reservations
from finance.charge.events import ChargeIssued
from finance.charge.routes import router as charges
from finance.charge_plan.routes import router as charge_plans
from finance.charge_run.routes import router as charge_runs
from finance.consumer.routes import router as consumers
from finance.cost_import.routes import router as cost_imports
from finance.cost_object.routes import router as cost_objects
from finance.db import Base
from finance.driver.routes import router as drivers
from finance.exchange_rate.routes import router as exchange_rates
from finance.fiscal_period.events import PeriodClosed
from finance.fiscal_period.routes import router as fiscal_periods
from finance.forecast.routes import router as forecasts
from finance.investment.events import AppraisalRefused, InvestmentAppraised
from finance.investment.routes import router as investments
from finance.ledger.events import CostPosted
from finance.ledger.routes import router as journal_entries
from finance.plan_funding.routes import router as plan_fundings
from finance.price_book.events import PriceVersionPublished
from finance.price_book.routes import router as price_books
from finance.reactions import reactions
from finance.report.routes import router as reports
from finance.revaluation.routes import router as revaluations
from finance.usage_record.routes import router as usage_records

manifest = Manifest(
    name="finance",
    title="Steward finance",
    description="The ledger, what each service costs, and who pays for it.",
    metadata=Base.metadata,
    migrations="finance.migrations",
    routers=[
        fiscal_periods,
        accounts,
        cost_objects,
        consumers,
        journal_entries,
        exchange_rates,
        revaluations,
        budgets,
        budget_reservations,
        assignment_rules,
        cost_imports,
        reports,
        forecasts,
        drivers,
        allocation_models,
        allocation_runs,
        price_books,
        usage_records,
        charge_plans,
        charge_runs,
        charges,
        investments,
        plan_fundings,
    ],
    events=[
        PeriodClosed,
        CostPosted,
        BudgetApproved,
        BudgetThresholdReached,
        BudgetExceeded,
        AllocationCompleted,
        PriceVersionPublished,
        ChargeIssued,
        InvestmentAppraised,
        AppraisalRefused,
    ],
    reactions=reactions.all,
)
