"""A customer: an internal unit or an external organization that uses services, within a tree of such."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from chassis.aggregate import Aggregate
from chassis.problems import Conflict
from strategy.customer.events import CustomerChanged, CustomerRegistered, CustomerSized, CustomersMerged
from strategy.customer.naming import normalized
from strategy.db import Base


class CodeTaken(Conflict, code="strategy.customer.code-taken", constraint="uq_customers_code"):
    """Another customer has, or had before it was merged, this code."""


class NameTaken(Conflict, code="strategy.customer.name-taken", constraint="uq_customers_normalized_name"):
    """Another customer has this name."""


class ExternalIdTaken(Conflict, code="strategy.customer.external-id-taken", constraint="pk_customer_external_ids"):
    """Another customer has this id in that source."""


class WithinItself(Conflict, code="strategy.customer.within-itself"):
    """A customer cannot lie within itself."""


class Merged(Conflict, code="strategy.customer.merged"):
    """The customer was merged into another one."""


class MergedIntoItself(Conflict, code="strategy.customer.merged-into-itself"):
    """A customer cannot be merged into itself."""


class CustomerKind(StrEnum):
    INTERNAL_UNIT = "internal_unit"
    EXTERNAL_ORGANIZATION = "external_organization"


class CustomerExternalId(Base):
    """`inherited` marks an id that came from a merged customer: its source goes on using the old name."""

    __tablename__ = "customer_external_ids"

    source: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), index=True)
    inherited: Mapped[bool] = mapped_column(default=False)


class CustomerSize(Base):
    """How large a customer is by a measure (headcount, seats), from a date until the next one."""

    __tablename__ = "customer_sizes"
    __table_args__ = (
        CheckConstraint("quantity >= 0 AND quantity <> 'NaN'", name="quantity"),
        Index(None, "measure", "valid_from"),
    )

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    quantity: Mapped[Decimal]


class Customer(Aggregate, Base):
    """`merged_into` leads from a merged customer to the one that lives on."""

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("code"),
        Index(
            "uq_customers_normalized_name",
            "normalized_name",
            unique=True,
            postgresql_where=text("merged_into IS NULL"),
        ),
    )

    code: Mapped[str]
    name: Mapped[str]
    normalized_name: Mapped[str]
    kind: Mapped[CustomerKind]
    # Deferred: an import may move a customer under one that is stored after it.
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("customers.id", deferrable=True, initially="DEFERRED"), index=True
    )
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("customers.id"), index=True)
    external_ids: Mapped[list[CustomerExternalId]] = relationship(
        lazy="raise", viewonly=True, order_by=(CustomerExternalId.source, CustomerExternalId.external_id)
    )

    @classmethod
    def register(cls, *, code: str, name: str, kind: CustomerKind, parent_id: UUID | None) -> "Customer":
        customer = cls(code=code, name=name, normalized_name=normalized(name), kind=kind, parent_id=parent_id)
        customer.record(
            CustomerRegistered(customer_id=customer.id, code=code, name=name, kind=kind, parent_id=parent_id)
        )
        return customer

    def must_live(self) -> None:
        """Raises Merged: what would be said of a merged customer is to be said of its survivor."""
        if self.merged_into:
            raise Merged(f"{self.code} was merged into another customer.", merged_into=str(self.merged_into))

    def change(self, *, name: str, kind: CustomerKind) -> None:
        self._become(name=name, kind=kind, parent_id=self.parent_id)

    def move(self, *, under: UUID | None, ancestors_of_target: Collection[UUID]) -> None:
        """`ancestors_of_target` are the ids from `under` up to the root, `under` among them."""
        if self.id in ancestors_of_target:
            raise WithinItself(f"{self.code} cannot move below itself.")
        self._become(name=self.name, kind=self.kind, parent_id=under)

    def size(self, *, measure: str, quantity: Decimal, valid_from: date) -> CustomerSize:
        self.must_live()
        self.record(CustomerSized(customer_id=self.id, measure=measure, quantity=quantity, valid_from=valid_from))
        return CustomerSize(customer_id=self.id, measure=measure, quantity=quantity, valid_from=valid_from)

    def identify(self, *, source: str, external_id: str) -> CustomerExternalId:
        self.must_live()
        self.external_ids_changed()
        return CustomerExternalId(customer_id=self.id, source=source, external_id=external_id)

    def external_ids_changed(self) -> None:
        """They are part of what the version stands for."""
        flag_modified(self, "code")

    def merge_into(self, survivor: "Customer", *, children: Collection["Customer"], survivor_is_below: bool) -> None:
        """`children` lie directly under this customer; all but the survivor come to lie under the survivor, which takes
        this customer's place in the tree where it lies below, so that no loop is closed."""
        self.must_live()
        survivor.must_live()
        if self.id == survivor.id:
            raise MergedIntoItself(f"{self.code} is to be merged into itself.")
        if survivor_is_below:
            survivor._become(name=survivor.name, kind=survivor.kind, parent_id=self.parent_id)
        for child in children:
            if child.id != survivor.id:
                child._become(name=child.name, kind=child.kind, parent_id=survivor.id)
        survivor.external_ids_changed()
        self.merged_into = survivor.id
        self.record(CustomersMerged(merged_id=self.id, survivor_id=survivor.id))

    def _become(self, *, name: str, kind: CustomerKind, parent_id: UUID | None) -> None:
        """Whoever becomes what it is already announces nothing."""
        self.must_live()
        if (name, kind, parent_id) == (self.name, self.kind, self.parent_id):
            return
        self.name, self.normalized_name, self.kind, self.parent_id = name, normalized(name), kind, parent_id
        self.record(CustomerChanged(customer_id=self.id, code=self.code, name=name, kind=kind, parent_id=parent_id))
