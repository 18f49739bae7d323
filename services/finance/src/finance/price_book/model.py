"""A price book: what services cost their consumers in one currency, by versions that follow one another."""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.problems import Conflict, Invalid, NotFound
from finance.db import Base
from finance.price_book.events import PricedItem, PricedService, PriceVersionEnded, PriceVersionPublished


class CodeTaken(Conflict, code="finance.price-book.code-taken", constraint="uq_price_books_code"):
    """Another price book has this code."""


class UnknownBook(NotFound, code="finance.price-book.unknown"):
    """There is no price book with this code."""


class UnknownCostObject(Invalid, code="finance.price-book.unknown-cost-object"):
    """An item prices a cost object that does not exist."""


class NotADraft(Conflict, code="finance.price-book.not-a-draft"):
    """A version that was published can only be ended."""


class NotPublished(Conflict, code="finance.price-book.not-published"):
    """Only a published version can be ended."""


class VersionsOverlap(Conflict, code="finance.price-book.versions-overlap"):
    """Another version of the book holds on some of the same days."""


class ReasonMissing(Invalid, code="finance.price-book.reason-missing"):
    """Prices of days that have passed, or of another version, change for a stated reason only."""


class CannotSupersede(Conflict, code="finance.price-book.cannot-supersede"):
    """A version supersedes one other from a day on which that holds, up to its end."""


class EndRefused(Conflict, code="finance.price-book.end-refused"):
    """A version ends on a day from today on, not before it begins and not after it ends already."""


class NotInForce(Conflict, code="finance.price-book.not-in-force"):
    """No version of the book is in force on that day."""


class PriceState(StrEnum):
    """By date: a published version is scheduled, in force from its first day, and ended from `ends_on` on."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    ENDED = "ended"


class PriceBook(Aggregate, Base):
    """`newest` is the number of its newest version."""

    __tablename__ = "price_books"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str]
    name: Mapped[str]
    currency: Mapped[str]
    newest: Mapped[int]

    @classmethod
    def open(cls, *, code: str, name: str, currency: str) -> "PriceBook":
        return cls(code=code, name=name, currency=currency, newest=0)

    def draft(self, *, starts_on: date, ends_on: date | None) -> "PriceVersion":
        self.newest += 1
        return PriceVersion(book_id=self.id, number=self.newest, starts_on=starts_on, ends_on=ends_on)


class PriceVersion(Aggregate, Base):
    """Half-open `[starts_on, ends_on)`; one that was superseded as a whole ends where it begins.

    A draft can be changed. A published one never: it may end earlier, or give way to one that supersedes it, and keeps
    its items, which charges refer to. Published versions of one book never hold on the same day: whoever publishes
    holds the book.
    """

    __tablename__ = "price_versions"
    __table_args__ = (
        UniqueConstraint("book_id", "number"),
        CheckConstraint("ends_on >= starts_on", name="range"),
    )

    book_id: Mapped[UUID] = mapped_column(ForeignKey("price_books.id"))
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
    reason: Mapped[str | None]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("price_versions.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def overlaps(self, other: "PriceVersion") -> bool:
        if self.ends_on == self.starts_on or other.ends_on == other.starts_on:
            return False
        return (other.ends_on is None or self.starts_on < other.ends_on) and (
            self.ends_on is None or other.starts_on < self.ends_on
        )

    def change(self, *, starts_on: date, ends_on: date | None) -> None:
        self._still_a_draft()
        self.starts_on, self.ends_on = starts_on, ends_on

    def superseded_among(self, published: "Collection[PriceVersion]") -> "PriceVersion | None":
        """The one that holds when this one begins. CannotSupersede unless both end on one day and no other overlaps."""
        overlapped = [each for each in published if each.overlaps(self)]
        if not overlapped:
            return None
        (one, *others) = overlapped
        if others or not one.holds_on(self.starts_on) or one.ends_on != self.ends_on:
            told = ", ".join(f"{each.number} [{each.starts_on}, {each.ends_on or ''})" for each in overlapped)
            raise CannotSupersede(f"Version {self.number} overlaps {told}.")
        return one

    def publish(
        self,
        *,
        at: datetime,
        by: str,
        reason: str | None,
        supersede: bool,
        published: "Collection[PriceVersion]",
    ) -> None:
        """`published` are the other published versions of the book."""
        self._still_a_draft()
        one = self.superseded_among(published) if supersede else None
        if one is None and (clash := [str(each.number) for each in published if each.overlaps(self)]):
            raise VersionsOverlap(f"Version {', '.join(clash)} holds on some of the same days.")
        if reason is None and (one or self.starts_on < at.date()):
            raise ReasonMissing(f"Version {self.number} changes prices that hold already: give the reason.")
        if one:
            self.supersedes_id = one.id
            one.give_way(on=self.starts_on, at=at, by=by, reason=reason)
        self.published_at, self.published_by, self.reason = at, by, reason

    def give_way(self, *, on: date, at: datetime, by: str, reason: str | None) -> None:
        self.ends_on, self.ended_at, self.ended_by, self.end_reason = on, at, by, reason

    def end(self, *, book: PriceBook, on: date, at: datetime, by: str, reason: str) -> None:
        """`on` is the first day without it."""
        if self.published_at is None:
            raise NotPublished(f"Version {self.number} is a draft.")
        if on < max(at.date(), self.starts_on) or (self.ends_on is not None and on > self.ends_on):
            raise EndRefused(
                f"Version {self.number} holds in [{self.starts_on}, {self.ends_on or ''}); today is {at.date()}."
            )
        self.give_way(on=on, at=at, by=by, reason=reason)
        self.record(PriceVersionEnded(price_version_id=self.id, price_book_code=book.code, ends_on=on))

    def announce(self, book: PriceBook, services: list[PricedService], items: list[PricedItem]) -> None:
        self.record(
            PriceVersionPublished(
                price_version_id=self.id,
                price_book_id=book.id,
                price_book_code=book.code,
                number=self.number,
                currency=book.currency,
                starts_on=self.starts_on,
                ends_on=self.ends_on,
                supersedes_id=self.supersedes_id,
                services=services,
                items=items,
            )
        )

    def _still_a_draft(self) -> None:
        if self.published_at is not None:
            raise NotADraft(f"Version {self.number} was published on {self.published_at.date()}.")


class PriceItem(Base):
    """`terms` in the words of `price.Terms`."""

    __tablename__ = "price_items"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("price_versions.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    cost_object_id: Mapped[UUID] = mapped_column(ForeignKey("cost_objects.id"), index=True)
    terms: Mapped[dict[str, Any]]
