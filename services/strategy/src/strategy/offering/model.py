"""An offering: what a part of the market is promised, the services that keep the promise, its life until withdrawal."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from chassis.aggregate import Aggregate
from chassis.money import Money
from chassis.problems import Conflict
from strategy.db import Base
from strategy.known_service.model import KnownService, KnownStage
from strategy.offering.events import OfferingLaunched, OfferingWithdrawn
from strategy.offering.lifecycle import IN_WORK, LIFECYCLE, Blocker, OfferingStatus


class CodeTaken(Conflict, code="strategy.offering.code-taken", constraint="uq_offerings_code_revision"):
    """Another offering has this code."""


class RevisionInWork(Conflict, code="strategy.offering.revision-in-work", constraint="uq_offerings_code_in_work"):
    """Another revision of this offering is in work already."""


class AnotherLaunched(Conflict, code="strategy.offering.another-launched", constraint="uq_offerings_code_launched"):
    """Another revision of this offering has been launched at this moment."""


class NotInDraft(Conflict, code="strategy.offering.not-in-draft"):
    """Only a draft can be changed."""


class ServiceUnusable(Conflict, code="strategy.offering.service-unusable"):
    """An offering is made of services that the portfolio has announced and that have not ended."""


class BundleLoop(Conflict, code="strategy.offering.bundle-loop"):
    """An offering cannot be a part of itself."""


class Ended(Conflict, code="strategy.offering.ended"):
    """The revision is withdrawn or superseded."""


class Blocked(Conflict, code="strategy.offering.blocked"):
    """Something stands in the way of this step; `blockers` lists all of it."""


class PriceBasis(StrEnum):
    """What the intended price is asked for."""

    NO_CHARGE = "no_charge"
    FLAT = "flat"
    PER_UNIT = "per_unit"
    COST_PLUS = "cost_plus"


S = OfferingStatus


@dataclass(frozen=True, kw_only=True)
class Proposition:
    """What an offering promises, to whom, for which needs, made of which services or offerings, at about which price.

    `promises` is the measurable part of the warranty, `options` what can be chosen with it, `bundle_codes` are the
    offerings that it bundles, whatever their revision.
    """

    name: str
    utility: str
    warranty: dict[str, str]
    need_ids: list[UUID]
    service_ids: list[UUID]
    market_space_ids: list[UUID]
    price: Money | None
    pricing_note: str
    price_basis: PriceBasis | None = None
    price_unit: str | None = None
    promises: dict[str, Any] = field(default_factory=dict)
    options: list[dict[str, Any]] = field(default_factory=list)
    bundle_codes: list[str] = field(default_factory=list)


class Offering(Aggregate, Base):
    """One revision. At most one of those with a code is launched, and at most one is in work."""

    __tablename__ = "offerings"
    __table_args__ = (
        UniqueConstraint("code", "revision"),
        Index("uq_offerings_code_launched", "code", unique=True, postgresql_where=text("status = 'launched'")),
        Index("uq_offerings_code_in_work", "code", unique=True, postgresql_where=text(IN_WORK)),
        Index("ix_offerings_need_ids", "need_ids", postgresql_using="gin"),
        Index("ix_offerings_service_ids", "service_ids", postgresql_using="gin"),
        Index("ix_offerings_bundle_codes", "bundle_codes", postgresql_using="gin"),
        Index("ix_offerings_market_space_ids", "market_space_ids", postgresql_using="gin"),
        CheckConstraint("num_nonnulls(price_amount, price_currency) <> 1", name="price"),
        CheckConstraint("price_amount <> 'NaN'", name="price_amount"),
    )

    code: Mapped[str]
    revision: Mapped[int]
    status: Mapped[OfferingStatus]
    name: Mapped[str]
    utility: Mapped[str]
    warranty: Mapped[dict[str, Any]]
    need_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    service_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    market_space_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    price_amount: Mapped[Decimal | None]
    price_currency: Mapped[str | None]
    pricing_note: Mapped[str]
    price_basis: Mapped[PriceBasis | None]
    price_unit: Mapped[str | None]
    promises: Mapped[dict[str, Any]]
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    bundle_codes: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    positioning: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    launched_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawal_reason: Mapped[str]

    @classmethod
    def draft(
        cls,
        *,
        code: str,
        proposition: Proposition,
        services: Collection[KnownService],
        planned: Collection[UUID] = (),
    ) -> "Offering":
        """`services` are those of the proposition that are known, `planned` the ids of those that are only planned."""
        offering = cls(code=code, revision=1, status=S.DRAFT, withdrawal_reason="")
        offering.reshape(proposition, services=services, planned=planned)
        return offering

    @property
    def price(self) -> Money | None:
        if self.price_amount is None or self.price_currency is None:
            return None
        return Money(amount=self.price_amount, currency=self.price_currency)

    @price.setter
    def price(self, price: Money | None) -> None:
        self.price_amount, self.price_currency = (price.amount, price.currency) if price else (None, None)

    def reshape(
        self, proposition: Proposition, *, services: Collection[KnownService], planned: Collection[UUID] = ()
    ) -> None:
        if self.status is not S.DRAFT:
            raise NotInDraft(f"{self.code} is {self.status}; return it to draft, or draft another revision.")
        _must_be_usable(proposition.service_ids, services, planned)
        self._promise(proposition)

    def revise(self, *, revision: int) -> "Offering":
        """A draft with the same content, retired services included: they are what is to be replaced."""
        self._step("revise")
        draft = Offering(code=self.code, revision=revision, status=S.DRAFT, withdrawal_reason="")
        draft._promise(self)
        draft.positioning = self.positioning
        return draft

    def position(self, positioning: dict[str, Any]) -> None:
        """How it stands against alternatives: no promise, so a launched one may be positioned anew."""
        if self.status in (S.WITHDRAWN, S.SUPERSEDED):
            raise Ended(f"Revision {self.revision} of {self.code} is {self.status}.")
        self.positioning = positioning

    def _promise(self, content: "Proposition | Offering") -> None:
        for part in fields(Proposition):
            setattr(self, part.name, getattr(content, part.name))

    def propose(self) -> None:
        self.status = self._step("propose", self._lacking())

    def return_to_draft(self) -> None:
        self.status = self._step("return")

    def approve(self) -> None:
        self.status = self._step("approve")

    def launch(self, *, on: date, services: Collection[KnownService], launched_codes: Collection[str] = ()) -> None:
        """`services` are the known ones that it is made of: each must be operational; `launched_codes` those of the
        offerings that it bundles that are launched: all must be."""
        waiting = [code for code in self.bundle_codes if code not in launched_codes]
        blockers = [*_not_operational(self.service_ids, services), *map(_not_launched, waiting)]
        self.status = self._step("launch", [*self._lacking(), *blockers])
        self.launched_on = on
        self.record(
            OfferingLaunched(
                offering_id=self.id,
                code=self.code,
                name=self.name,
                service_ids=self.service_ids,
                need_ids=self.need_ids,
                bundle_codes=self.bundle_codes,
                launched_on=on,
            )
        )

    def supersede(self, *, by: "Offering", on: date) -> None:
        self._end(self._step("supersede"), on=on, reason=f"Superseded by revision {by.revision}.")

    def withdraw(self, *, on: date, reason: str, bundled_in: "Sequence[Offering]" = ()) -> None:
        """One that was never launched ends without an announcement. Launched ones that bundle it stand in the way."""
        blockers = [
            Blocker("bundled", f"The launched offering {bundle.code} bundles it.", f"/v1/offerings/{bundle.id}")
            for bundle in bundled_in
        ]
        self._end(self._step("withdraw", blockers), on=on, reason=reason)

    def _end(self, status: OfferingStatus, *, on: date, reason: str) -> None:
        was_launched = self.status is S.LAUNCHED
        self.status, self.withdrawn_on, self.withdrawal_reason = status, on, reason
        if was_launched:
            self.record(
                OfferingWithdrawn(
                    offering_id=self.id,
                    code=self.code,
                    service_ids=self.service_ids,
                    need_ids=self.need_ids,
                    withdrawn_on=on,
                    reason=reason,
                )
            )

    def _step(self, step: str, blockers: Sequence[Blocker] = ()) -> OfferingStatus:
        """The status that the step leads to; raises Blocked."""
        allowed, leads_to = LIFECYCLE[step]
        all_blockers = [*self._wrong_status(step, allowed), *blockers]
        if all_blockers:
            sentences = " ".join(blocker.sentence for blocker in all_blockers[:3])
            raise Blocked(sentences, blockers=[asdict(blocker) for blocker in all_blockers])
        return leads_to

    def _wrong_status(self, step: str, allowed: Collection[OfferingStatus]) -> list[Blocker]:
        if self.status in allowed:
            return []
        sentence = f"To {step} it, an offering must be {' or '.join(sorted(allowed))}; {self.code} is {self.status}."
        return [Blocker("status", sentence, f"/v1/offerings/{self.id}")]

    def _lacking(self) -> list[Blocker]:
        link = f"/v1/offerings/{self.id}"
        parts = {"service": [*self.service_ids, *self.bundle_codes], "need": self.need_ids}
        return [
            Blocker(f"no-{part}", f"It names no {part}; it takes at least one.", link)
            for part, ids in parts.items()
            if not ids
        ]


def _not_operational(ids: Sequence[UUID], services: Collection[KnownService]) -> list[Blocker]:
    known = {service.id: service for service in services}
    waiting = [(id, known.get(id)) for id in ids if id not in known or not known[id].is_operational]
    return [
        Blocker(
            "service-not-operational",
            f"The service {service.code} is {service.standing}, not operational."
            if service
            else f"The service {id} is not chartered.",
            f"/v1/known-services?code={service.code}" if service else "/v1/known-services",
        )
        for id, service in waiting
    ]


def _not_launched(code: str) -> Blocker:
    sentence = f"The offering {code}, which it bundles, is not launched."
    return Blocker("offering-not-launched", sentence, f"/v1/offerings?code={code}")


def _must_be_usable(ids: Collection[UUID], services: Collection[KnownService], planned: Collection[UUID]) -> None:
    usable = {*planned, *(service.id for service in services if service.stage is not KnownStage.RETIRED)}
    if unusable := [str(id) for id in ids if id not in usable]:
        raise ServiceUnusable(f"Not announced, or ended: {', '.join(unusable[:10])}.", service_ids=unusable)
