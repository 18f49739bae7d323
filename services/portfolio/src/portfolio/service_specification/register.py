"""What the resources of one import may mean: earlier statements of their source, and the services of the portfolio."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.bulk import among
from chassis.resources import Reference, own
from chassis.text import CODE
from portfolio.dependency import queries as dependencies
from portfolio.dependency.schemas import ImpactDirection
from portfolio.service import queries
from portfolio.service.history import ExternalId
from portfolio.service.model import Service
from portfolio.service.terms import Status
from portfolio.service_specification.sent import SentService
from portfolio.service_specification.tmf633 import CANDIDATE_PATH, SPECIFICATION_PATH
from portfolio.source_statement.model import SourceStatement

MAX_CODE = 64


@dataclass
class Register:
    """`used` are, for each service of a dependency that is declared, the ones it uses."""

    source: str
    statements: dict[tuple[str, str], SourceStatement] = field(default_factory=dict)
    services: dict[UUID, Service] = field(default_factory=dict)
    by_external_id: dict[str, Service] = field(default_factory=dict)
    by_code: dict[str, Service] = field(default_factory=dict)
    used: dict[UUID, set[UUID]] = field(default_factory=dict)

    @classmethod
    async def open(cls, session: AsyncSession, source: str, sent: Sequence[SentService]) -> "Register":
        """Nobody else imports services until the transaction ends."""
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("service imports"))))
        depends = any(one.speaks_of_dependencies for one in sent)
        if depends:  # as who declares one: the graph is held before the services
            await dependencies.hold_graph(session)
        register = cls(source)
        keys = [one.key for one in sent]
        stated = select(SourceStatement).where(
            SourceStatement.source == source, tuple_(SourceStatement.kind, SourceStatement.external_id).in_(keys)
        )
        for statement in await session.scalars(stated):
            register.statements[statement.kind, statement.external_id] = statement
        for service in await session.scalars(_meant(register, sent)):
            register.enter(service)
        if depends:
            used = await dependencies.neighbours(session, register.services.keys(), ImpactDirection.USED)
            register.used = {id: set(ids) for id, ids in used.items()}
        return register

    def enter(self, service: Service) -> None:
        self.services[service.id] = service
        if service.status is not Status.ARCHIVED:
            self.by_code[service.code] = service
        for name in service.external_ids:
            if name.source == self.source:
                self.by_external_id[name.external_id] = service

    def find(self, sent: SentService) -> Service | None:
        """By its id in the source, else by a link of ours."""
        return self.by_external_id.get(sent.external_id) or self._linked(sent.resource.href)

    def named(self, reference: Reference) -> Service | None:
        """By its id in the source, a link of ours, or a name under which the source knows it."""
        found = self.by_external_id.get(reference.id or "") or self._linked(reference.href)
        return found or self.by_external_id.get(reference.name or "")

    def _linked(self, href: str | None) -> Service | None:
        """None for what is archived: nobody means that any more."""
        service = self.services.get(own(href, SPECIFICATION_PATH) or UUID(int=0))
        return None if service is None or service.status is Status.ARCHIVED else service

    def reached_from(self, id: UUID) -> set[UUID]:
        """All that it uses, directly or through others."""
        reached: set[UUID] = set()
        waiting = [*self.used.get(id, ())]
        while waiting:
            if (one := waiting.pop()) not in reached:
                reached.add(one)
                waiting += self.used.get(one, ())
        return reached


def _meant(register: Register, sent: Sequence[SentService]) -> Select[Service]:
    """Those that the source has these ids or names for, those that links lead to, and those whose codes are wanted."""
    references = [one for each in sent for one in each.references()]
    names = {each.external_id for each in sent} | {name for one in references for name in (one.id, one.name) if name}
    links = {each.resource.href for each in sent} | {one.href for one in references}
    ids = {id for link in links for path in (SPECIFICATION_PATH, CANDIDATE_PATH) if (id := own(link, path))}
    ids |= {statement.service_id for statement in register.statements.values()}
    ids |= {UUID(used) for statement in register.statements.values() for used in statement.terms.get("uses", ())}
    known = select(ExternalId.service_id).where(
        ExternalId.source == register.source, among(ExternalId.external_id, names)
    )
    codes = {code for each in sent if (code := code_of(each))}
    in_use = among(Service.code, codes) & (Service.status != Status.ARCHIVED)
    query = select(Service).where(or_(Service.id.in_(known), among(Service.id, ids), in_use)).order_by(Service.id)
    return query.options(*queries.VIEWED).with_for_update(key_share=True)


def code_of(sent: SentService) -> str | None:
    """The id that it came with, if it is a code; else its name in small letters and hyphens."""
    if len(sent.external_id) <= MAX_CODE and re.fullmatch(CODE, sent.external_id):
        return sent.external_id
    return "-".join(re.findall(r"[a-z0-9]+", sent.resource.name.casefold()))[:MAX_CODE].strip("-") or None
