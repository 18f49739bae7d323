"""What the resources of one import may mean: earlier statements of their source, and what is known here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.exchange import read
from chassis.resources import Reference, own
from strategy import tree
from strategy.known_service.model import KnownService, KnownStage
from strategy.market_space.model import MarketSpace
from strategy.offering.bundle import parts_below
from strategy.offering.model import Offering
from strategy.product_catalog.sent import SentProduct, again, references
from strategy.product_catalog.tmf620 import (
    CATEGORY_PATH,
    OFFERING_PATH,
    PriceTerms,
    ProductOffering,
    ProductOfferingPrice,
    ProductSpecification,
)
from strategy.source_statement import queries
from strategy.source_statement.model import ResourceKind, SourceStatement, names_of

K = ResourceKind


@dataclass
class Register:
    source: str
    statements: dict[tuple[K, str], SourceStatement] = field(default_factory=dict)
    spaces: dict[UUID, MarketSpace] = field(default_factory=dict)
    services: list[KnownService] = field(default_factory=list)
    revisions: dict[str, list[Offering]] = field(default_factory=dict)
    linked: dict[UUID, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    parts: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    async def open(cls, session: AsyncSession, source: str, sent: Sequence[SentProduct]) -> "Register":
        """Nobody else imports resources, or moves a market space, until the transaction ends."""
        await queries.hold(session)
        await tree.hold(session, MarketSpace)
        register = cls(source)
        await register._learn(session, sent)
        # What was said earlier of offerings may mean something else now, by what it names.
        await register._learn(session, register.affected(sent))
        await register._look_up(session, sent)
        return register

    async def _learn(self, session: AsyncSession, sent: Sequence[SentProduct]) -> None:
        if not sent:
            return
        named = [one for each in sent for _, one in references(each.resource)]
        ids = {each.external_id for each in sent} | {one.id for one in named if one.id}
        names = {each.resource.name for each in sent} | {one.name for one in named if one.name}
        naming = {name for each in sent for name in each.names}
        for statement in await queries.called(session, self.source, ids=ids, names=names, naming=naming):
            self.statements[statement.kind, statement.external_id] = statement

    async def _look_up(self, session: AsyncSession, sent: Sequence[SentProduct]) -> None:
        for space in await session.scalars(select(MarketSpace)):
            self.spaces[space.id] = space
        self.codes = set((await session.scalars(select(Offering.code).distinct())).all())
        codes = await self._codes_meant(session, sent)
        # Held in the order in which a change of an offering holds them: bundles, services, offerings.
        if any(one.kind is K.PRODUCT_OFFERING and one.resource.bundled_product_offering for one in sent):
            self.parts = await parts_below(session, codes)
        await self._look_up_services(session, sent, codes)
        held = select(Offering).where(among(Offering.code, codes)).order_by(Offering.id)
        for offering in await session.scalars(held.with_for_update(key_share=True)):
            self.enter(offering)

    async def _codes_meant(self, session: AsyncSession, sent: Sequence[SentProduct]) -> set[str]:
        """Of offerings that were said earlier, and of those that a link leads to."""
        links = {one.resource.href for one in sent} | {
            named.href for one in sent for _, named in references(one.resource)
        }
        ids = {id for link in links if (id := own(link, OFFERING_PATH))}
        linked = await session.scalars(select(Offering.code).where(among(Offering.id, ids)))
        return {one.offering_code for one in self.statements.values() if one.offering_code} | set(linked)

    async def _look_up_services(
        self, session: AsyncSession, sent: Sequence[SentProduct], meant: Collection[str]
    ) -> None:
        """Those that specifications name, and those that the offerings with these codes are made of."""
        stored = [again(one).resource for one in self.statements.values() if one.kind is K.PRODUCT_SPECIFICATION]
        specifications = [one.resource for one in sent if one.kind is K.PRODUCT_SPECIFICATION] + stored
        codes = {named.id for one in specifications for named in one.service_specification or () if named.id}
        used = select(func.unnest(Offering.service_ids)).where(among(Offering.code, meant))
        query = select(KnownService).where(or_(among(KnownService.code, codes), KnownService.id.in_(used)))
        query = query.order_by(KnownService.id).with_for_update(read=True)
        self.services = list(await session.scalars(query))

    def affected(self, sent: Collection[SentProduct]) -> list[SentProduct]:
        """Offerings said earlier that name something of these, or that a price of these names."""
        here = {(one.kind, one.external_id) for one in sent}
        names = {name for one in sent if one.kind is not K.PRODUCT_OFFERING for name in one.names}
        named = {name for one in sent if one.kind is K.PRODUCT_OFFERING_PRICE for name in one.refers_to}
        return [
            again(statement)
            for key, statement in self.statements.items()
            if statement.kind is K.PRODUCT_OFFERING
            and key not in here
            and (names & set(statement.refers_to) or named & set(_names(statement)))
        ]

    def enter(self, offering: Offering) -> None:
        self.revisions.setdefault(offering.code, []).append(offering)
        self.linked[offering.id] = offering.code
        self.codes.add(offering.code)

    def bundle(self, offering: Offering) -> None:
        self.parts.setdefault(offering.code, set()).update(offering.bundle_codes)

    def place(self, sent: SentProduct) -> SourceStatement:
        """The earlier statement about it, or an empty one that is still to be stored."""
        new = SourceStatement(source=self.source, kind=sent.kind, external_id=sent.external_id, name=sent.resource.name)
        return self.statements.setdefault((sent.kind, sent.external_id), new)

    def statement(self, kind: K, named: Reference) -> SourceStatement | None:
        """By its id, or by a name that only one has."""
        if named.id and (found := self.statements.get((kind, named.id))):
            return found
        alike = [one for one in self.statements.values() if one.kind is kind and one.name == named.name]
        return alike[0] if named.name and len(alike) == 1 else None

    def space(self, named: Reference) -> UUID | None:
        ours = own(named.href, CATEGORY_PATH)
        if ours in self.spaces:
            return ours
        statement = self.statement(K.CATEGORY, named)
        return statement.market_space_id if statement else None

    def service(self, named: Reference) -> UUID | None:
        """One that is not retired, by its code; one of another name is another one."""
        living = [one for one in self.services if one.code == named.id and one.stage is not KnownStage.RETIRED]
        return next((one.id for one in living if named.name in (None, one.name)), None)

    def bundled(self, named: Reference) -> str | None:
        statement = self._offering(named)
        return self.code_of(own(named.href, OFFERING_PATH)) or (statement.offering_code if statement else None)

    def code_of(self, id: UUID | None) -> str | None:
        """Of the offering that has a revision with this id."""
        return self.linked.get(id) if id else None

    def specification(self, named: Reference) -> ProductSpecification | None:
        statement = self.statement(K.PRODUCT_SPECIFICATION, named)
        return read(ProductSpecification, statement.body) if statement else None

    def price(self, named: Reference) -> PriceTerms | None:
        statement = self.statement(K.PRODUCT_OFFERING_PRICE, named)
        return read(ProductOfferingPrice, statement.body) if statement else None

    def prices_naming(self, offering: ProductOffering) -> list[PriceTerms]:
        """Those that name the offering, and that it does not name itself."""
        mine = self.statements.get((K.PRODUCT_OFFERING, offering.id or offering.name))
        named = [Reference(id=one.id, name=one.name) for one in offering.product_offering_price or ()]
        listed = [self.statement(K.PRODUCT_OFFERING_PRICE, one) for one in named]
        stored = [one for one in self.statements.values() if one.kind is K.PRODUCT_OFFERING_PRICE and one.refers_to]
        prices = [read(ProductOfferingPrice, one.body) for one in stored if one not in listed]
        return [one for one in prices if one.product_offering and self._offering(one.product_offering) is mine]

    def _offering(self, named: Reference) -> SourceStatement | None:
        return self.statement(K.PRODUCT_OFFERING, named)


def _names(statement: SourceStatement) -> list[str]:
    return names_of(statement.kind, external_id=statement.external_id, name=statement.name)
