"""Taking rows of a file into the portfolio: new services, changed ones, or a refusal with its reason."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from chassis.text import CODE
from portfolio.intake import Outcome, RowRefused
from portfolio.service.gates import Act
from portfolio.service.import_schemas import ServiceRow
from portfolio.service.model import Service
from portfolio.service.terms import Kind


@dataclass
class Intake:
    """Learns first of the services that the rows may mean, loaded with their external ids; `new` is to be stored.
    `complete_for` is the source that the file is the complete list of; `seen` are its ids there."""

    act: Act
    complete_for: str | None = None
    seen: set[str] = field(default_factory=set)
    by_code: dict[str, Service] = field(default_factory=dict)
    by_external_id: dict[tuple[str, str], Service] = field(default_factory=dict)
    new: list[Service] = field(default_factory=list)

    def learn(self, services: Iterable[Service]) -> None:
        for service in services:
            self.by_code[service.code] = service
            for name in service.external_ids:
                self.by_external_id[name.source, name.external_id] = service

    def forget(self) -> None:
        """What the next rows may mean is learned anew; `seen` is of the whole file."""
        self.by_code, self.by_external_id, self.new = {}, {}, []

    def take(self, row: ServiceRow) -> Outcome:
        """Raises RowRefused, ImplausibleDays. The stage counts for new services: others move by their own steps."""
        self._check(row)
        service = self._find(row)
        if service is None:
            self._add(row)
            return "created"
        changed = self._change(service, row)
        return "changed" if self._identify(service, row) or changed else "unchanged"

    def _check(self, row: ServiceRow) -> None:
        if row.stated_on and row.stated_on > self.act.on:
            raise RowRefused("stated_on", "this day is still to come")
        if self.complete_for:
            if row.source not in (None, self.complete_for):
                raise RowRefused("source", f"the file is the complete list of {self.complete_for}")
            self.seen |= {row.external_id} if row.external_id else set()

    def _find(self, row: ServiceRow) -> Service | None:
        known = self.by_external_id.get((row.source or "", row.external_id or ""))
        if known and row.code and row.code != known.code:
            raise RowRefused("code", f"the service with this external id has the code {known.code}")
        return known or self.by_code.get(row.code or "")

    def _add(self, row: ServiceRow) -> None:
        service = Service.take_over(
            self.act,
            code=self._code(row),
            stage=row.stage,
            launched_on=row.launched_on,
            retired_on=row.retired_on,
            stated_on=row.stated_on,
            **{"kind": Kind.CUSTOMER_FACING, **row.described()},
        )
        self._identify(service, row)
        self.learn([service])
        self.new.append(service)

    def _code(self, row: ServiceRow) -> str:
        code = row.code or row.external_id or ""
        if not re.fullmatch(CODE, code) or len(code) > 64:
            raise RowRefused("code", "a new service needs a code, since its external id does not make one")
        if code in self.by_code:
            raise RowRefused("code", f"the code {code} belongs to another service")
        return code

    def _change(self, service: Service, row: ServiceRow) -> bool:
        now = service.said()
        then = now | row.described()
        if now == then:
            return False
        if row.stated_on and row.stated_on < service.defined_at.date():
            raise RowRefused("stated_on", f"newer things are known of it, from {service.defined_at.date()}")
        service.describe(self.act, since=self.act.since(row.stated_on), **then)
        return True

    def _identify(self, service: Service, row: ServiceRow) -> bool:
        """Whether the service gets an id that it did not have, or is there again under one that was missed."""
        if row.source is None or row.external_id is None:
            return False
        if (row.source, row.external_id) in self.by_external_id:
            return service.is_seen(row.source, row.external_id)
        names = {(name.source, name.external_id) for name in service.external_ids}
        service.know_as(names | {(row.source, row.external_id)})
        self.by_external_id[row.source, row.external_id] = service
        return True
