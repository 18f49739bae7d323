"""What the lines of the ledger add up to, by any of their dimensions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import ColumnElement, Select, Text, any_, case, cast, func, select
from sqlalchemy.orm import aliased

from finance.account.model import Account, AccountType
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject, CostObjectKind
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.ledger.entry import EntryKind
from finance.ledger.model import JournalEntry, JournalLine, PeriodBalance

E, L, B = JournalEntry, JournalLine, PeriodBalance


class Dimension(StrEnum):
    """A kind of cost object is the line's own, if it is of that kind, else the one that it names beside it."""

    ACCOUNT = "account"
    ACCOUNT_TYPE = "account_type"
    NATURE = "nature"
    PERIOD = "period"
    COST_OBJECT = "cost_object"
    SERVICE = "service"
    PROGRAM = "program"
    PROJECT = "project"
    COST_CENTER = "cost_center"
    TOWER = "tower"
    CONSUMER = "consumer"
    CURRENCY = "currency"
    SOURCE = "source"
    TAG = "tag"


Dimensions = Annotated[str, StringConstraints(pattern=f"^({'|'.join(Dimension)})(,({'|'.join(Dimension)})){{0,3}}$")]
KINDS = {Dimension(kind): kind for kind in CostObjectKind}
NAMED: dict[CostObjectKind, Any] = {kind: aliased(CostObject, name=f"named_{kind}") for kind in CostObjectKind}
OF_ACCOUNTS = {
    Dimension.ACCOUNT: Account.code,
    Dimension.ACCOUNT_TYPE: cast(Account.type, Text),
    Dimension.NATURE: Account.nature,
}


KEPT = {*OF_ACCOUNTS, Dimension.PERIOD, Dimension.COST_OBJECT, Dimension.CURRENCY}  # what balances are kept by


@dataclass(frozen=True)
class Question:
    """What was posted in `[starts_on, ends_on)`, by these dimensions, `tag` by that tag; of an account, of a type of
    accounts, of a cost object (be it a line's own or one beside it)."""

    by: Sequence[Dimension]
    starts_on: date
    ends_on: date
    tag: str | None = None
    account: str | None = None
    account_type: AccountType | None = None
    cost_object_id: UUID | None = None

    @property
    def is_kept(self) -> bool:
        """Whether kept balances answer it: whole months, and nothing that only lines know."""
        whole = self.starts_on.day == 1 and self.ends_on.day == 1
        return whole and self.cost_object_id is None and set(self.by) <= KEPT

    def of_accounts(self, account_id: Any) -> list[ColumnElement[bool]]:
        accounts = select(Account.id)
        if self.account:
            accounts = accounts.where(Account.code == self.account)
        if self.account_type:
            accounts = accounts.where(Account.type == self.account_type)
        return [account_id.in_(accounts)] if self.account or self.account_type else []


def totals(asked: Question) -> Select[Any]:
    """A row per group: `group` (dimension → code, null where a line has none), base currency, sums of base amounts, and
    `place`, which is unique and sorts the groups. What a year-end close moved is no movement of anything.

    Lines are added up by the ids that they hold; only the sums meet the names.
    """
    summed = (_of_balances(asked) if asked.is_kept else _of_lines(asked)).subquery("summed")
    labels = {name: _label(name, summed.c) for name in asked.by}
    group = func.jsonb_build_object(*(part for name, label in labels.items() for part in (name.value, label)))
    place = cast(func.jsonb_build_array(*labels.values(), FiscalYear.base_currency), Text)
    debit, credit = func.sum(summed.c.base_debit), func.sum(summed.c.base_credit)
    sums = (debit.label("base_debit"), credit.label("base_credit"), (debit - credit).label("base_balance"))
    query = select(group.label("group"), FiscalYear.base_currency, *sums, place.label("place"))
    return query.select_from(_with_names(summed, asked.by)).group_by(*labels.values(), FiscalYear.base_currency)


def _of_balances(asked: Question) -> Select[*tuple[Any, ...]]:
    columns = (B.fiscal_period_id, B.account_id, B.cost_object_id, B.currency, B.base_debit, B.base_credit)
    query = select(*columns).join(FiscalPeriod, FiscalPeriod.id == B.fiscal_period_id).where(~B.closing)
    within = (FiscalPeriod.starts_on >= asked.starts_on, FiscalPeriod.starts_on < asked.ends_on)
    return query.where(*within, *asked.of_accounts(B.account_id))


def _of_lines(asked: Question) -> Select[Any]:
    held: dict[str, Any] = {"fiscal_period_id": E.fiscal_period_id}
    for name in asked.by:
        held |= _held(name, asked.tag)
    base = L.base_amount
    sums = (
        func.sum(case((base > 0, base), else_=0)).label("base_debit"),
        func.sum(case((base < 0, -base), else_=0)).label("base_credit"),
    )
    query = select(*(column.label(key) for key, column in held.items()), *sums)
    query = query.join_from(E, L, L.entry_id == E.id).group_by(*held.values())
    query = query.where(E.posted_on >= asked.starts_on, E.posted_on < asked.ends_on, E.kind != EntryKind.CLOSING)
    if id := asked.cost_object_id:
        query = query.where((L.cost_object_id == id) | L.dimension_ids.contains([id]))
    return query.where(*asked.of_accounts(L.account_id))


def _held(name: Dimension, tag: str | None) -> dict[str, Any]:
    """What a line itself has of a dimension."""
    if name in OF_ACCOUNTS:
        return {"account_id": L.account_id}
    if name == Dimension.COST_OBJECT:
        return {"cost_object_id": L.cost_object_id}
    if name in KINDS:
        return {"cost_object_id": L.cost_object_id, "dimension_ids": L.dimension_ids}
    others: dict[Dimension, Any] = {
        Dimension.CONSUMER: L.consumer_id,
        Dimension.CURRENCY: L.currency,
        Dimension.SOURCE: E.source,
        Dimension.TAG: L.tags[tag or ""].astext,
    }
    return {name.value: others[name]} if name in others else {}


def _label(name: Dimension, held: Any) -> Any:
    if name in OF_ACCOUNTS:
        return OF_ACCOUNTS[name]
    if name == Dimension.COST_OBJECT:
        return CostObject.code
    if kind := KINDS.get(name):
        return case((CostObject.kind == kind, CostObject.code), else_=NAMED[kind].code)
    if name == Dimension.PERIOD:
        return FiscalPeriod.code
    return Consumer.code if name == Dimension.CONSUMER else held[name.value]


def _with_names(summed: Any, by: Collection[Dimension]) -> Any:
    found = summed.join(FiscalPeriod.__table__, FiscalPeriod.id == summed.c.fiscal_period_id)
    found = found.join(FiscalYear.__table__, FiscalYear.id == FiscalPeriod.fiscal_year_id)
    if OF_ACCOUNTS.keys() & set(by):
        found = found.join(Account.__table__, Account.id == summed.c.account_id)
    if {Dimension.COST_OBJECT, *KINDS} & set(by):
        found = found.outerjoin(CostObject.__table__, CostObject.id == summed.c.cost_object_id)
    for kind in (KINDS[name] for name in by if name in KINDS):
        beside = (NAMED[kind].id == any_(summed.c.dimension_ids)) & (NAMED[kind].kind == kind)
        found = found.outerjoin(NAMED[kind], beside)
    if Dimension.CONSUMER in by:
        found = found.outerjoin(Consumer.__table__, Consumer.id == summed.c.consumer)
    return found
