"""Whose spend is forecast: of a cost object or a kind of them, of a nature, of an account with all below it, or all."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import Invalid, NotFound
from chassis.text import Code, Line
from finance.account.model import Account, AccountType
from finance.account.tree import accounts_above
from finance.cost_object.model import CostObject, CostObjectKind
from finance.cost_object.tree import cost_objects_below
from finance.ledger.model import PeriodBalance


class UnknownScope(NotFound, code="finance.forecast.unknown-scope"):
    """The scope names a cost object or an account that does not exist."""


class NotSpending(Invalid, code="finance.forecast.not-spending"):
    """Only spend is forecast: the account of the scope must be one of expense."""


@dataclass(frozen=True)
class Scope:
    """What several fields name must be all of it; without any it is all spend. A nature nobody uses has no spend.

    `with_below` takes the cost object with all that stand below it."""

    cost_object: str | None = None
    kind: CostObjectKind | None = None
    nature: str | None = None
    account: str | None = None
    with_below: bool = False

    async def cost_object_id(self, session: AsyncSession) -> UUID | None:
        if self.cost_object is None:
            return None
        id = await session.scalar(select(CostObject.id).where(CostObject.code == self.cost_object))
        if id is None:
            raise UnknownScope(f"There is no cost object {self.cost_object!r}.")
        return id

    async def conditions(self, session: AsyncSession) -> list[Any]:
        """On rows of PeriodBalance and Account; raises UnknownScope or NotSpending."""
        found: list[Any] = []
        if (cost_object_id := await self.cost_object_id(session)) is not None:
            below = cost_objects_below(select(CostObject.id).where(CostObject.id == cost_object_id))
            own = PeriodBalance.cost_object_id == cost_object_id
            found.append(PeriodBalance.cost_object_id.in_(below) if self.with_below else own)
        if self.kind:
            found.append(PeriodBalance.cost_object_id.in_(select(CostObject.id).where(CostObject.kind == self.kind)))
        if self.nature is not None:
            found.append(Account.nature == self.nature)
        if self.account is not None:
            above = accounts_above()
            below = select(above.c.account_id).where(above.c.above_id == await self._account_id(session, self.account))
            found.append(PeriodBalance.account_id.in_(below))
        return found

    async def _account_id(self, session: AsyncSession, code: str) -> UUID:
        account = await session.scalar(select(Account).where(Account.code == code))
        if account is None:
            raise UnknownScope(f"There is no account {code!r}.")
        if account.type != AccountType.EXPENSE:
            raise NotSpending(f"{code} is an account of type {account.type}.")
        return account.id


def asked_scope(
    cost_object: Code | None = None,
    kind: CostObjectKind | None = None,
    nature: Line | None = None,
    account: Code | None = None,
    with_below: bool = False,
) -> Scope:
    return Scope(cost_object=cost_object, kind=kind, nature=nature, account=account, with_below=with_below)


AskedScope = Annotated[Scope, Depends(asked_scope)]
