"""Taking service specifications and candidates by the rules of service imports."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from chassis.exchange import Fault, Outcome, ResourceRefused, TakenResource
from chassis.problems import Problem
from chassis.resources import RelatedParty, spoken
from chassis.taking import Taken
from portfolio.dependency.model import Dependency
from portfolio.intake import RowRefused
from portfolio.service import intake as services
from portfolio.service.import_schemas import ServiceRow
from portfolio.service.model import Service
from portfolio.service.schemas import Tag
from portfolio.service.terms import Stage, Status
from portfolio.service_specification.register import Register, code_of
from portfolio.service_specification.sent import SentService
from portfolio.service_specification.tmf633 import (
    CANDIDATE_PATH,
    KINDS,
    LIFECYCLE_STATUS,
    OWNER,
    SPECIFICATION_PATH,
)
from portfolio.source_statement.model import ResourceKind, SourceStatement

TAGS = TypeAdapter(Tag)


@dataclass
class Intake:
    """`rows` take what is said of services like a file; dependencies and statements are to be stored."""

    register: Register
    rows: services.Intake
    dependencies: list[Dependency] = field(default_factory=list)
    statements: list[SourceStatement] = field(default_factory=list)

    def __post_init__(self) -> None:
        """One in use goes before an archived one of its code."""
        self.rows.learn(sorted(self.register.services.values(), key=lambda it: it.status is not Status.ARCHIVED))

    def take_all(self, sent: Sequence[SentService]) -> Iterator[TakenResource]:
        """Dependencies when all specifications are known; candidates, which name them, last."""
        candidate = ResourceKind.SERVICE_CANDIDATE
        specifications = [(one, self._try(one, self._specify)) for one in sent if one.kind is not candidate]
        for one, told in specifications:
            yield told if told.outcome == "refused" else self._try(one, partial(self._relate, told))
        for one in [one for one in sent if one.kind is candidate]:
            yield self._try(one, self._offer)

    def _try(self, sent: SentService, take: Callable[[SentService], Taken]) -> TakenResource:
        try:
            return take(sent).told(sent)
        except ResourceRefused as refusal:
            return sent.refused(refusal)
        except RowRefused as refused:
            return sent.refused(ResourceRefused.at("", f"{refused.field}: {refused.reason}"))
        except Problem as problem:
            return sent.refused(ResourceRefused.by(problem))

    def _specify(self, sent: SentService) -> Taken:
        terms, service = said_of(sent), self.register.find(sent)
        notes = [] if service is None else _standing(sent, service)
        outcome = self._join(sent, terms) if service is None else self._describe(sent, terms, service)
        service = self.rows.by_external_id[self.register.source, sent.external_id]
        self.register.enter(service)
        return Taken(self._state(sent, service, terms, outcome), f"{SPECIFICATION_PATH}/{service.id}", notes)

    def _join(self, sent: SentService, terms: dict[str, Any]) -> Outcome:
        """In the stage where it stands."""
        code = code_of(sent)
        if code in self.register.by_code:
            raise ResourceRefused.at("/id", f"the code {code} belongs to another service")
        days = {
            "launched_on": None if sent.stage is Stage.PIPELINE else sent.starts_on,
            "retired_on": sent.ends_on if sent.stage is Stage.RETIRED else None,
        }
        return self._take(code=code, stage=sent.stage, **self._identity(sent), **days, **terms)

    def _describe(self, sent: SentService, terms: dict[str, Any], service: Service) -> Outcome:
        """What it says as before leaves alone what was changed here since."""
        now, statement = service.said(), self.register.statements.get(sent.key)
        before = {**now, **(statement.terms if statement else {})}
        changed = {name: value for name, value in terms.items() if value != before[name] and value != now[name]}
        return self._take(code=service.code, **self._identity(sent), **{"name": service.name, **changed})

    def _identity(self, sent: SentService) -> dict[str, Any]:
        return {"source": self.register.source, "external_id": sent.external_id}

    def _take(self, **said: Any) -> Outcome:
        try:
            row = ServiceRow(**said)
        except ValidationError as error:
            faults = [(".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors(include_url=False)]
            raise ResourceRefused(*(Fault(pointer="", message=f"{term}: {why}") for term, why in faults)) from error
        return self.rows.take(row)

    def _state(self, sent: SentService, service: Service, terms: dict[str, Any], outcome: Outcome) -> Outcome:
        statement = self.register.statements.get(sent.key)
        if statement is None:
            statement = SourceStatement(
                source=self.register.source, kind=sent.kind, external_id=sent.external_id, service_id=service.id
            )
            statement.terms = {}
            self.register.statements[sent.key] = statement
            self.statements.append(statement)
        same = statement.body == sent.body
        now = {name: service.said()[name] for name in ("name", "description", "kind", "owner", "tags")}
        statement.body, statement.terms = sent.body, now | statement.terms | terms
        return "kept" if outcome == "unchanged" and not same else outcome

    def _relate(self, told: TakenResource, sent: SentService) -> Taken:
        """Declares what it newly depends on; what it says no more stays, as all imports remove nothing."""
        taken = Taken(told.outcome, told.href, list(told.notes))
        statement = self.register.statements[sent.key]
        if not sent.speaks_of_dependencies:
            return taken
        said = self._used(sent, taken.notes)
        before = {UUID(id) for id in statement.terms.get("uses", ())}
        here = self.register.used.setdefault(statement.service_id, set())
        for used in said - before - here:
            taken.notes += self._depend(self.register.services[statement.service_id], self.register.services[used])
        if gone := (before & here) - said:
            codes = ", ".join(sorted(self.register.services[id].code for id in gone))
            taken.notes.append(f"It says no more that it depends on {codes}, which stays so here.")
        if said != before or "used" not in statement.terms:
            now = {"uses": sorted(map(str, said)), "used": sorted(map(str, here))}
            statement.terms = statement.terms | now
            taken.outcome = "changed" if said - before and taken.outcome in ("kept", "unchanged") else taken.outcome
        return taken

    def _used(self, sent: SentService, notes: list[str]) -> set[UUID]:
        found = [(one, self.register.named(one)) for _, one in sent.uses()]
        if unknown := [one.name or one.id or "one" for one, service in found if service is None]:
            notes.append(f"Not known here, so no dependency: {', '.join(unknown)[:500]}.")
        return {service.id for _, service in found if service}

    def _depend(self, service: Service, uses: Service) -> list[str]:
        """Nothing, or why it is none."""
        try:
            reached = self.register.reached_from(uses.id)
            one = Dependency.declare(service=service, uses=uses, reached=reached, kind=None, criticality=None)
        except Problem as problem:
            return [f"No dependency on {uses.code}: {problem.detail}"]
        self.dependencies.append(one)
        self.register.used.setdefault(service.id, set()).add(uses.id)
        return []

    def _offer(self, sent: SentService) -> Taken:
        """Its categories come to the tags of the service, and those that it names no more leave them."""
        named = sent.resource.service_specification
        service = self.register.named(named) if named else None
        if service is None:
            raise ResourceRefused.at("/serviceSpecification", "it names no specification that this source has sent")
        notes: list[str] = []
        said = set(_tags(sent, notes))
        statement = self.register.statements.get(sent.key)
        before = set(statement.terms.get("said_tags", ())) if statement else set()
        then = (set(service.tags) | (said - before)) - (before - said)
        outcome: Outcome = "unchanged"
        if then != set(service.tags):
            outcome = self._take(code=service.code, name=service.name, tags=sorted(then))
        terms = {"said_tags": sorted(said), **({"tags": sorted(then)} if said != before else {})}
        return Taken(self._state(sent, service, terms, outcome), f"{CANDIDATE_PATH}/{service.id}", notes)


def said_of(sent: SentService) -> dict[str, Any]:
    resource = sent.resource
    owner = next((one.name for one in resource.related_party or () if _owns(one)), None)
    said = {
        "name": resource.name,
        "description": resource.description,
        "kind": KINDS.get(resource.type),
        "owner": owner,
    }
    return {name: value for name, value in said.items() if value is not None}


def _standing(sent: SentService, service: Service) -> list[str]:
    if sent.resource.lifecycle_status is None or sent.stage is service.stage:
        return []
    there, here = sent.resource.lifecycle_status, LIFECYCLE_STATUS[service.status]
    return [f"It is {there} there and {here} here, where it moves by its own steps."]


def _owns(party: RelatedParty) -> bool:
    return spoken(party.role) == OWNER and party.name is not None


def _tags(sent: SentService, notes: list[str]) -> Iterator[str]:
    for one in sent.resource.category or ():
        tag = next((text for text in (one.id, one.name) if text and _is_tag(text)), None)
        if tag:
            yield tag
        else:
            notes.append(f"{one.name or one.id} is no tag: those have small letters, digits and . _ - only.")


def _is_tag(text: str) -> bool:
    try:
        TAGS.validate_python(text)
    except ValidationError:
        return False
    return True
