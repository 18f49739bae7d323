"""Taking rows of a file into the register of customers: registered, changed, or refused with a reason."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from chassis.imports import Row
from strategy.customer.import_schemas import CustomerRow
from strategy.customer.model import Customer, CustomerExternalId, CustomerKind
from strategy.customer.register import Register, RowRefused

Outcome = Literal["created", "changed", "unchanged"]


def parents_first(rows: Sequence[Row[CustomerRow]]) -> list[Row[CustomerRow]]:
    """In the order of the file, but none before the row of its parent. Rows that lie within themselves come last."""
    here = {row.value.code for row in rows}
    waiting: dict[str, list[Row[CustomerRow]]] = {}
    ready: deque[Row[CustomerRow]] = deque()
    for row in rows:
        parent = row.value.parent_code
        (waiting.setdefault(parent, []) if parent and parent in here else ready).append(row)
    ordered = []
    while ready:
        ordered.append(row := ready.popleft())
        ready.extend(waiting.pop(row.value.code or "", ()))
    return ordered + [row for looped in waiting.values() for row in looped]


@dataclass
class Intake:
    """`customers` and `external_ids` are new; to be stored in this order."""

    register: Register
    customers: list[Customer] = field(default_factory=list)
    external_ids: list[CustomerExternalId] = field(default_factory=list)

    def take(self, row: CustomerRow) -> Outcome:
        """Raises RowRefused. What is said of a customer that was merged into another one does not change that one."""
        customer, redirected = self.register.find(row.called)
        parent = self._parent(row.parent_code)
        if redirected:
            return "unchanged"
        self._refuse_twin(row, customer)
        if customer is None:
            self._identify(self._register(row, parent), row)
            return "created"
        changed = self._change(customer, row, parent)
        return "changed" if self._identify(customer, row) or changed else "unchanged"

    def _parent(self, code: str | None) -> Customer | None:
        if code is None:
            return None
        parent = self.register.by_code.get(code)
        if parent is None:
            raise RowRefused("parent_code", f"there is no customer with the code {code}")
        return self.register.by_id[parent.merged_into] if parent.merged_into else parent

    def _refuse_twin(self, row: CustomerRow, customer: Customer | None) -> None:
        twin = self.register.named(row.name)
        if twin and twin is not customer:
            raise RowRefused("name", f"is the name of the customer with the code {twin.code}")

    def _register(self, row: CustomerRow, parent: Customer | None) -> Customer:
        customer = Customer.register(
            code=row.code or self.register.free_code(row.external_id or row.name),
            name=row.name,
            kind=row.kind or CustomerKind.INTERNAL_UNIT,
            parent_id=parent.id if parent else None,
        )
        self.register.enter(customer)
        self.customers.append(customer)
        return customer

    def _change(self, customer: Customer, row: CustomerRow, parent: Customer | None) -> bool:
        """What the row leaves out stays as it is."""
        moves = parent is not None and parent.id != customer.parent_id
        above: set[UUID] = set(self.register.above(parent)) if moves else set()
        if customer.id in above:
            raise RowRefused("parent_code", "the customer would lie within itself")
        facts, name = customer.sequence, customer.normalized_name
        # Whoever knows a customer by its name alone does not say how that is spelled best.
        spelled = row.name if row.code or row.external_id else customer.name
        customer.change(name=spelled, kind=row.kind or customer.kind)
        self.register.rename(customer, before=name)
        if moves and parent:
            customer.move(under=parent.id, ancestors_of_target=above)
        return customer.sequence != facts

    def _identify(self, customer: Customer, row: CustomerRow) -> bool:
        """Whether the customer gets an id that it did not have."""
        if row.source is None or row.external_id is None:
            return False
        if (row.source, row.external_id) in self.register.by_external_id:
            return False
        external = customer.identify(source=row.source, external_id=row.external_id)
        self.register.identify(external)
        self.external_ids.append(external)
        return True
