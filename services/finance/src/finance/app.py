"""The finance service: the ledger, what each service costs, and who pays for it."""

from chassis.manifest import Chore, Manifest
from finance.account.routes import router as accounts
from finance.allocation_model.routes import router as allocation_models
from finance.allocation_run.events import AllocationCompleted
from finance.allocation_run.routes import router as allocation_runs
from finance.assignment_rule.routes import router as assignment_rules
from finance.billing_profile.routes import router as billing_profiles
from finance.budget.events import BudgetApproved, BudgetExceeded, BudgetThresholdReached
from finance.budget.expected import look_ahead
from finance.budget.routes import router as budgets
from finance.budget_reservation.routes import router as budget_reservations
from finance.charge.events import ChargeIssued
from finance.charge.routes import router as charges
from finance.charge_plan.routes import router as charge_plans
from finance.charge_run.routes import router as charge_runs
from finance.consumer.routes import router as consumers
from finance.cost_import.outdated import ended_runs, superseded_rows
from finance.cost_import.routes import router as cost_imports
from finance.cost_import.rule_routes import router as cost_assignments
from finance.cost_import.run_routes import router as cost_import_runs
from finance.cost_object.routes import router as cost_objects
from finance.cost_source.routes import router as cost_sources
from finance.credit_note.events import CreditNoteIssued
from finance.credit_note.routes import router as credit_notes
from finance.db import Base
from finance.dispute.events import DisputeOpened, DisputeResolved
from finance.dispute.routes import router as disputes
from finance.driver.routes import router as drivers
from finance.exchange_rate.routes import router as exchange_rates
from finance.fiscal_period.events import PeriodClosed
from finance.fiscal_period.routes import router as fiscal_periods
from finance.focus_charge.routes import router as focus_charges
from finance.forecast.routes import router as forecasts
from finance.investment.events import AppraisalRefused, InvestmentAppraised
from finance.investment.routes import router as investments
from finance.invoice.actions import finalize_due
from finance.invoice.events import InvoiceFinalized, InvoiceVoided
from finance.invoice.routes import router as invoices
from finance.ledger.events import CostPosted
from finance.ledger.routes import router as journal_entries
from finance.plan_funding.routes import router as plan_fundings
from finance.price_book.events import PriceVersionEnded, PriceVersionPublished
from finance.price_book.routes import router as price_books
from finance.reactions import reactions
from finance.report.flow_routes import router as flow_reports
from finance.report.routes import router as reports
from finance.report.service_routes import router as service_reports
from finance.revaluation.routes import router as revaluations
from finance.strategy_reactions import reactions as strategy_reactions
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
        cost_assignments,
        cost_import_runs,
        cost_sources,
        reports,
        service_reports,
        flow_reports,
        forecasts,
        drivers,
        allocation_models,
        allocation_runs,
        price_books,
        usage_records,
        charge_plans,
        charge_runs,
        charges,
        billing_profiles,
        invoices,
        credit_notes,
        disputes,
        focus_charges,
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
        PriceVersionEnded,
        ChargeIssued,
        InvoiceFinalized,
        InvoiceVoided,
        CreditNoteIssued,
        DisputeOpened,
        DisputeResolved,
        InvestmentAppraised,
        AppraisalRefused,
    ],
    reactions=[*reactions.all, *strategy_reactions.all],
    chores=[
        Chore("finalize invoices", finalize_due, every_seconds=60),
        Chore("hold budgets against the expected year", look_ahead, every_seconds=600),
    ],
    outdated=[superseded_rows, ended_runs],
)
