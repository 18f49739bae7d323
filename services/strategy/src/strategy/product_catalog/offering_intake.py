"""Taking product offerings as drafts of offerings: new ones, or the next revision of known ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from chassis.exchange import Fault, ResourceRefused
from chassis.resources import own
from chassis.taking import Taken
from strategy.offering.lifecycle import OfferingStatus
from strategy.offering.model import Offering
from strategy.offering.schemas import ReshapeOffering
from strategy.product_catalog.reading import arrival, read
from strategy.product_catalog.register import Register
from strategy.product_catalog.sent import SentProduct
from strategy.product_catalog.tmf620 import OFFERING_PATH
from strategy.product_catalog.writing import OFFERING_FIELDS
from strategy.source_statement.model import SourceStatement

S = OfferingStatus
IN_WORK = (S.DRAFT, S.PROPOSED, S.APPROVED)


@dataclass
class OfferingIntake:
    """`new` is to be stored."""

    register: Register
    new: list[Offering] = field(default_factory=list)

    def take(self, sent: SentProduct) -> Taken:
        """Raises ResourceRefused, NotInDraft, ServiceUnusable."""
        statement = self.register.place(sent)
        said = read(sent.resource, self.register)
        code = statement.offering_code or self.register.code_of(own(sent.resource.href, OFFERING_PATH))
        if code is None:
            offering = self._draft(sent, said.terms)
            self._state(sent, statement, said.terms, offering)
            return Taken("created", _link(offering), arrival(sent.resource) + said.notes)
        standing = self._standing(code)
        changed = _changed(_command(said.terms), said.terms, statement, standing)
        if changed:
            standing = self._reshape(standing, changed)
        kept = statement.body != sent.body
        self._state(sent, statement, said.terms, standing)
        notes = (arrival(sent.resource) if changed else []) + said.notes
        return Taken("changed" if changed else "kept" if kept else "unchanged", _link(standing), notes)

    def _draft(self, sent: SentProduct, terms: dict[str, Any]) -> Offering:
        command = _command(terms)
        code = sent.free_code(self.register.codes)
        self._refuse_loop(code, command.bundle_codes)
        offering = Offering.draft(code=code, proposition=command.proposition, services=self.register.services)
        self._keep(offering)
        return offering

    def _standing(self, code: str) -> Offering:
        """The revision in work, else the launched one, else the newest."""
        rank = {S.LAUNCHED: 1, **dict.fromkeys(IN_WORK, 2)}
        return max(self.register.revisions[code], key=lambda one: (rank.get(one.status, 0), one.revision))

    def _reshape(self, standing: Offering, changed: dict[str, Any]) -> Offering:
        """What is launched stays as it is: its next revision is drafted."""
        command = _command(ReshapeOffering.model_validate(standing).model_dump(mode="json") | changed)
        self._refuse_loop(standing.code, command.bundle_codes)
        if standing.status in IN_WORK:
            standing.reshape(command.proposition, services=self.register.services)
            self.register.bundle(standing)
            return standing
        numbers = [one.revision for one in self.register.revisions[standing.code]]
        draft = standing.revise(revision=max(numbers) + 1)
        draft.reshape(command.proposition, services=self.register.services)
        self._keep(draft)
        return draft

    def _refuse_loop(self, code: str, bundled: Sequence[str]) -> None:
        """One of them must not contain, at any depth, this one."""
        reached: set[str] = set()
        waiting = list(bundled)
        while waiting:
            if (one := waiting.pop()) not in reached:
                reached.add(one)
                waiting += self.register.parts.get(one, ())
        if code in reached:
            raise ResourceRefused.at("/bundledProductOffering", f"{code} would be a part of itself")

    def _keep(self, offering: Offering) -> None:
        self.register.enter(offering)
        self.register.bundle(offering)
        self.new.append(offering)

    def _state(self, sent: SentProduct, statement: SourceStatement, terms: dict[str, Any], offering: Offering) -> None:
        statement.name, statement.body, statement.refers_to = sent.resource.name, sent.body, sent.refers_to
        now = ReshapeOffering.model_validate(offering).model_dump(mode="json", include=set(OFFERING_FIELDS))
        told = _command(terms).model_dump(mode="json", include=set(terms))
        statement.terms = now | (statement.terms or {}) | told
        statement.offering_code = offering.code


def _command(terms: dict[str, Any]) -> ReshapeOffering:
    try:
        return ReshapeOffering.model_validate({"name": "imported", "utility": "", **terms})
    except ValidationError as error:
        faults = [(".".join(map(str, fault["loc"])), fault["msg"]) for fault in error.errors(include_url=False)]
        raise ResourceRefused(*(Fault(pointer="", message=f"{term}: {why}") for term, why in faults)) from error


def _changed(
    command: ReshapeOffering, terms: dict[str, Any], statement: SourceStatement, standing: Offering
) -> dict[str, Any]:
    """What it says otherwise than before, and than it is here: what was changed here meanwhile stays."""
    now = ReshapeOffering.model_validate(standing)
    before = _command(now.model_dump(mode="json") | (statement.terms or {}))
    told = command.model_dump(mode="json")
    return {
        name: told[name] for name in terms if getattr(command, name) not in (getattr(before, name), getattr(now, name))
    }


def _link(offering: Offering) -> str:
    return f"{OFFERING_PATH}/{offering.id}"
