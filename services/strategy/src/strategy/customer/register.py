"""All customers at once, by every name that a file may call them by: what an import looks up and adds to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from strategy import tree
from strategy.customer.model import Customer, CustomerExternalId
from strategy.customer.naming import MAX_CODE, code_for, normalized


class RowRefused(ValueError):
    """A row that does not fit what is known of customers."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(reason)


@dataclass(frozen=True)
class Called:
    """What a file calls a customer by."""

    source: str | None
    external_id: str | None
    code: str | None
    name: str | None


@dataclass
class Register:
    """Only living customers are found by name; the ids and codes of merged ones lead to their survivors."""

    by_id: dict[UUID, Customer] = field(default_factory=dict)
    by_code: dict[str, Customer] = field(default_factory=dict)
    by_name: dict[str, Customer] = field(default_factory=dict)
    by_external_id: dict[tuple[str | None, str | None], CustomerExternalId] = field(default_factory=dict)
    _numbers: Counter[str] = field(default_factory=Counter)

    @classmethod
    async def open(cls, session: AsyncSession) -> "Register":
        """Nobody else changes a customer until the transaction ends."""
        await tree.hold(session, Customer)
        register = cls()
        for customer in await session.scalars(select(Customer).with_for_update(key_share=True)):
            register.enter(customer)
        for external in await session.scalars(select(CustomerExternalId)):
            register.identify(external)
        return register

    def enter(self, customer: Customer) -> None:
        self.by_id[customer.id] = self.by_code[customer.code] = customer
        if customer.merged_into is None:
            self.by_name[customer.normalized_name] = customer

    def rename(self, customer: Customer, *, before: str) -> None:
        """`before` is the normalized name that is free now."""
        self.by_name.pop(before, None)
        self.enter(customer)

    def identify(self, external: CustomerExternalId) -> None:
        self.by_external_id[external.source, external.external_id] = external

    def find(self, called: Called) -> tuple[Customer | None, bool]:
        """By external id, else by code, else, where no code is given, by name; and whether it stands there for one that
        was merged into it. Raises RowRefused when id and code belong to two customers."""
        external = self.by_external_id.get((called.source, called.external_id))
        identified = self.by_id[external.customer_id] if external else None
        coded = self.by_code.get(called.code or "")
        redirected = bool((external and external.inherited) or (coded and coded.merged_into))
        if coded and coded.merged_into:
            coded = self.by_id[coded.merged_into]
        if identified and called.code and coded is not identified:
            raise RowRefused("external_id", f"belongs to the customer with the code {identified.code}")
        if customer := identified or coded:
            return customer, redirected
        return (None if called.code else self.named(called.name)), False

    def named(self, name: str | None) -> Customer | None:
        return self.by_name.get(normalized(name or ""))

    def above(self, customer: Customer | None) -> Iterator[UUID]:
        """From the customer up to the root, itself among them."""
        while customer:
            yield customer.id
            customer = self.by_id[customer.parent_id] if customer.parent_id else None

    def free_code(self, text: str) -> str:
        """Made of the text, with a number where the code is taken."""
        stem = code = code_for(text) or "customer"
        while code in self.by_code:
            self._numbers[stem] += 1
            ending = f"-{self._numbers[stem] + 1}"
            code = stem[: MAX_CODE - len(ending)] + ending
        return code
