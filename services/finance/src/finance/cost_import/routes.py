"""The operations on cost imports."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.application import Now, Today
from chassis.beside import BesideTransaction
from chassis.imports import CSV_MEDIA, IMPORT_BODY_BYTES, FileUpload, MappingName, RejectedRow, upload_with
from chassis.money import Currency, minor_unit
from chassis.operations import CurrentCaller, Router, Session
from chassis.pages import AskedPage, Page, page
from chassis.problems import InvalidRequest, NoSuchResource
from chassis.text import Code
from finance.budget.model import NotBudgeted, Overspent
from finance.cost_import import actions, queries
from finance.cost_import.charges import charges_of
from finance.cost_import.completeness import completeness, judged
from finance.cost_import.model import (
    AccountUnfit,
    CostImport,
    CostImportCharge,
    CostImportRow,
    CostView,
    NothingAccepted,
    OtherViewPosted,
    PeriodUnknown,
    Superseded,
    Terms,
)
from finance.cost_import.model import RejectedRow as Rejected
from finance.cost_import.native import BUILT_IN
from finance.cost_import.parquet import PARQUET_MEDIA, parquet_outcomes
from finance.cost_import.progress import Progress
from finance.cost_import.rule_schemas import SOURCE
from finance.cost_import.run import ImportCancelled
from finance.cost_import.schemas import (
    CompletenessView,
    CostImportResult,
    CostImportRowView,
    CostImportSummary,
    CostImportView,
    ImportedChargeView,
    WithdrawCostImport,
)
from finance.cost_import.withdrawing import withdraw
from finance.cost_object.model import CostObject
from finance.fiscal_period.model import FiscalPeriod, NotOpen
from finance.fiscal_period.queries import year_of
from finance.ledger.entry import CostObjectClosed, NotALeaf
from finance.ledger.line import AmountOutOfRange, RateMissing

router = Router("cost-imports")

READ, IMPORT = "finance:cost-import:read", "finance:cost-import:import"
RATE = r"[A-Z]{3}:[0-9]{1,9}(\.[0-9]{1,12})?"
CORRECTIONS = [NotOpen, NotALeaf, CostObjectClosed, AmountOutOfRange, RateMissing, Overspent, NotBudgeted]
REFUSALS = [PeriodUnknown, AccountUnfit, NothingAccepted, OtherViewPosted, ImportCancelled, *CORRECTIONS]

Source = Annotated[str, Query(max_length=40, pattern=SOURCE, description="Whose cost it is.")]
Rates = Annotated[
    str | None,
    Query(
        max_length=400,
        pattern=rf"^{RATE}(,{RATE})*$",
        description="Base currency per unit of each foreign currency, such as USD:1.3525,EUR:1.47.",
    ),
]
View = Annotated[CostView, Query(description="Billed (cash) or effective (accrual); a source posts one of them.")]
BalancingAccount = Annotated[Code, Query(description="The balance sheet account that the cost is posted against.")]
DefaultAccount = Annotated[
    Code | None, Query(description="Takes rows to which neither file nor rules give an account.")
]


def terms(
    source: Source,
    period: Annotated[Code, Query(description="The code of a fiscal year or of a fiscal period.")],
    balancing_account: BalancingAccount,
    view: View = CostView.BILLED,
    mapping: MappingName = None,
    default_account: DefaultAccount = None,
    rates: Rates = None,
) -> Terms:
    return Terms(source, period, view, mapping, balancing_account, default_account, _rates(rates or ""))


def _rates(text: str) -> dict[str, Decimal]:
    rates = {code: Decimal(rate) for code, _, rate in (pair.partition(":") for pair in text.split(",") if pair)}
    for currency, rate in rates.items():
        try:
            minor_unit(currency)
        except ValueError as error:
            raise InvalidRequest(f"rates: {currency} is not an active ISO 4217 currency.") from error
        if not rate:
            raise InvalidRequest(f"rates: the rate of {currency} is not above zero.")
    return rates


async def cost_file(
    request: Request, session: Session, view: View = CostView.BILLED, mapping: MappingName = None
) -> FileUpload:
    """The columns of built-in mappings depend on the view."""
    mappings = {name: made(view) for name, made in BUILT_IN.items()}
    return await upload_with(mappings, {PARQUET_MEDIA: parquet_outcomes})(request, session, mapping)


@router.operation(
    "POST",
    "/cost-imports",
    permission=IMPORT,
    problems=REFUSALS,
    upload=(*CSV_MEDIA, PARQUET_MEDIA),
    max_body_bytes=IMPORT_BODY_BYTES,
)
async def import_costs(
    upload: Annotated[FileUpload, Depends(cost_file)],
    terms: Annotated[Terms, Depends(terms)],
    session: Session,
    beside: BesideTransaction,
    caller: CurrentCaller,
    now: Now,
) -> CostImportResult:
    """Import cost data from CSV or Parquet: the ledger gets the difference to what its source has posted there.

    Fields: posted_on, account, cost_object, amount, currency, consumer, description, reference, tags, other_amount,
    charge_category, charge_class, commitment_status, publisher. Built-in mappings: `focus` (1.0 to 1.4), `aws-cur`,
    `azure-ea`, `oci`. All or nothing: a closed period refuses the whole file.
    """
    progress = Progress(beside, terms, actor=caller.subject, at=now)
    await progress.begin(session)
    try:
        made, changed = await actions.import_costs(session, upload, terms, progress, actor=caller.subject, at=now)
        shown = await _shown(session, made)
    except Exception as error:
        await progress.fail(upload, error)
        raise
    await progress.end(session, upload, made.id)
    return CostImportResult(**dict(shown), changed=changed, rejections=upload.rejections, run_id=progress.id)


@router.operation("GET", "/cost-imports", permission=READ)
async def list_cost_imports(
    session: Session, asked: AskedPage, source: Source | None = None, view: View | None = None
) -> Page[CostImportSummary]:
    """List cost imports."""
    query = select(CostImport)
    for column, wanted in ((CostImport.source, source), (CostImport.view, view)):
        if wanted:
            query = query.where(column == wanted)
    return await page(session, query, asked, sorts={"imported_at": CostImport.imported_at}, tie=CostImport.id)


@router.operation("GET", "/cost-imports/{cost_import_id}", permission=READ)
async def get_cost_import(cost_import_id: UUID, session: Session) -> CostImportView:
    """Show a cost import and what it holds of each fiscal period."""
    return await _shown(session, await queries.existing(session, cost_import_id))


@router.operation("GET", "/cost-imports/{cost_import_id}/rejected-rows", permission=READ)
async def list_rejected_rows(cost_import_id: UUID, session: Session, asked: AskedPage) -> Page[RejectedRow]:
    """List the rows that a cost import could not take, each with its line, column and reason."""
    await queries.existing(session, cost_import_id)
    query = select(Rejected).where(Rejected.cost_import_id == cost_import_id)
    return await page(session, query, asked, sorts={"line": Rejected.line}, tie=Rejected.line)


@router.operation("GET", "/cost-imports/{cost_import_id}/rows", permission=READ)
async def list_cost_import_rows(
    cost_import_id: UUID,
    session: Session,
    asked: AskedPage,
    cost_object: Code | None = None,
    fiscal_period: Code | None = None,
) -> Page[CostImportRowView]:
    """List the rows of a cost import as they were placed; of `unassigned` are those that belong to nobody yet."""
    await queries.existing(session, cost_import_id)
    query = queries.rows_of(cost_import_id)
    for column, wanted in ((CostObject.code, cost_object), (FiscalPeriod.code, fiscal_period)):
        if wanted:
            query = query.where(column == wanted)
    return await page(session, query, asked, sorts={"line": CostImportRow.line}, tie=CostImportRow.line, by_row=True)


@router.operation("GET", "/cost-imports/{cost_import_id}/charges", permission=READ)
async def list_charges_of_import(
    cost_import_id: UUID, session: Session, asked: AskedPage, currency: Currency | None = None
) -> Page[ImportedChargeView]:
    """List what a cost import was charged for: usage, purchases, tax, credits, and what of commitments was unused."""
    query = charges_of(await queries.existing(session, cost_import_id))
    if currency:
        query = query.where(CostImportCharge.currency == currency)
    sorts = {"number": CostImportCharge.number}
    return await page(session, query, asked, sorts=sorts, tie=CostImportCharge.number, by_row=True)


@router.operation("GET", "/cost-completeness", permission=READ, problems=[NoSuchResource])
async def list_cost_completeness(
    session: Session, asked: AskedPage, fiscal_year: Code, today: Today
) -> Page[CompletenessView]:
    """List, per source and fiscal period of a year, what was imported when, and what is missing."""
    query, key = completeness((await year_of(session, fiscal_year)).id)
    found: Any = await page(session, query, asked, sorts={"source": key}, tie=key, by_row=True)
    items = [CompletenessView.model_validate(judged(row, today), extra="ignore") for row in found["items"]]
    return Page(items=items, next_cursor=found["next_cursor"], total=found["total"])


@router.operation(
    "POST",
    "/cost-imports/{cost_import_id}/withdrawal",
    permission=IMPORT,
    problems=[Superseded, *CORRECTIONS],
    example={"reason": "The file of another tenant"},
)
async def withdraw_cost_import(
    cost_import_id: UUID, command: WithdrawCostImport, session: Session, caller: CurrentCaller, now: Now
) -> CostImportView:
    """Take back what a cost import left in the ledger, by a linked correction. Its file may be imported again."""
    made = await withdraw(session, cost_import_id, **dict(command), actor=caller.subject, at=now)
    return await _shown(session, made)


async def _shown(session: AsyncSession, row: CostImport) -> CostImportView:
    periods: list[Any] = list((await session.execute(queries.periods_of(row.id))).all())
    summary = CostImportSummary.model_validate(row)
    return CostImportView.model_validate({**dict(summary), "periods": periods})
