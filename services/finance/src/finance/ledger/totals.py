"""What the lines of the ledger add up to, by any of their dimensions."""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import ColumnElement, Select, Text, Uuid, case, cast, func, select
from sqlalchemy.orm import aliased

from finance.account.model import Account, AccountType
from finance.consumer.model import Consumer
from finance.cost_object.model import CostObject, CostObjectKind
from finance.fiscal_period.model import FiscalPeriod, FiscalYear
from finance.ledger.entry import EntryKind
from finance.ledger.model import JournalEntry, JournalLine

E, L = JournalEntry, JournalLine


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


def totals(by: Collection[Dimension], tag: str | None, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """A row per group: `group` (dimension → code, null where a line has none), base currency, sums of base amounts, the
    number of lines, and `place`, which is unique and sorts the groups.

    Lines are added up by the ids that they hold; only the sums meet the names.
    """
    summed = _summed(by, tag).where(*conditions).subquery("summed")
    labels = {name: _label(name, summed.c) for name in by}
    group = func.jsonb_build_object(*(part for name, label in labels.items() for part in (name.value, label)))
    place = cast(func.jsonb_build_array(*labels.values(), FiscalYear.base_currency), Text)
    sums = [func.sum(summed.c[name]).label(name) for name in ("base_debit", "base_credit", "base_balance")]
    query = select(
        group.label("group"),
        FiscalYear.base_currency,
        *sums,
        cast(func.sum(summed.c.line_count), L.line_number.type).label("line_count"),
        place.label("place"),
    ).select_from(_with_names(summed, by))
    return query.group_by(*labels.values(), FiscalYear.base_currency)


def within(starts_on: date, ends_on: date) -> list[ColumnElement[bool]]:
    """Posted in `[starts_on, ends_on)`; what a year-end close moved is no movement of anything."""
    return [E.posted_on >= starts_on, E.posted_on < ends_on, E.kind != EntryKind.CLOSING]


def of_account(*, code: str | None, type: AccountType | None) -> list[ColumnElement[bool]]:
    accounts = select(Account.id)
    if code:
        accounts = accounts.where(Account.code == code)
    if type:
        accounts = accounts.where(Account.type == type)
    return [L.account_id.in_(accounts)] if code or type else []


def of_cost_object(code: str | None) -> list[ColumnElement[bool]]:
    """Lines whose own cost object it is, or which name it beside theirs."""
    if code is None:
        return []
    found = select(CostObject.id).where(CostObject.code == code).scalar_subquery()
    named = select(func.jsonb_build_object(CostObject.kind, CostObject.id)).where(CostObject.code == code)
    return [(L.cost_object_id == found) | L.dimensions.contains(named.scalar_subquery())]


def _summed(by: Collection[Dimension], tag: str | None) -> Select[Any]:
    held: dict[str, Any] = {"fiscal_period_id": E.fiscal_period_id}
    for name in by:
        held |= _held(name, tag)
    columns = [column.label(key) for key, column in held.items()]
    base = L.base_amount
    return (
        select(
            *columns,
            func.sum(case((base > 0, base), else_=0)).label("base_debit"),
            func.sum(case((base < 0, -base), else_=0)).label("base_credit"),
            func.sum(base).label("base_balance"),
            func.count().label("line_count"),
        )
        .join_from(E, L, L.entry_id == E.id)
        .group_by(*held.values())
    )


def _held(name: Dimension, tag: str | None) -> dict[str, Any]:
    """What a line itself has of a dimension."""
    if name in OF_ACCOUNTS:
        return {"account_id": L.account_id}
    if name == Dimension.COST_OBJECT:
        return {"cost_object_id": L.cost_object_id}
    if kind := KINDS.get(name):
        return {"cost_object_id": L.cost_object_id, f"{kind}_id": cast(L.dimensions[kind.value].astext, Uuid)}
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
        found = found.outerjoin(NAMED[kind], NAMED[kind].id == summed.c[f"{kind}_id"])
    if Dimension.CONSUMER in by:
        found = found.outerjoin(Consumer.__table__, Consumer.id == summed.c.consumer)
    return found
