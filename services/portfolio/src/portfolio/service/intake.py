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

DESCRIBED = ("name", "kind", "description", "owner", "criticality", "market_space_ids", "tags", "requested_budget")


@dataclass
class Intake:
    """Learns first of the services that the rows may mean, loaded with their external ids; `new` is to be stored."""

    act: Act
    by_code: dict[str, Service] = field(default_factory=dict)
    by_external_id: dict[tuple[str, str], Service] = field(default_factory=dict)
    new: list[Service] = field(default_factory=list)

    def learn(self, services: Iterable[Service]) -> None:
        for service in services:
            self.by_code[service.code] = service
            for name in service.external_ids:
                self.by_external_id[name.source, name.external_id] = service

    def take(self, row: ServiceRow) -> Outcome:
        """Raises RowRefused, ImplausibleDays. The stage counts for new services: others move by their own steps."""
        service = self._find(row)
        if service is None:
            self._add(row)
            return "created"
        changed = self._change(service, row)
        return "changed" if self._identify(service, row) or changed else "unchanged"

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
        now = {field: getattr(service, field) for field in DESCRIBED}
        then = now | row.described()
        if now == then:
            return False
        service.describe(**then)
        return True

    def _identify(self, service: Service, row: ServiceRow) -> bool:
        """Whether the service gets an id that it did not have."""
        if row.source is None or row.external_id is None or (row.source, row.external_id) in self.by_external_id:
            return False
        names = {(name.source, name.external_id) for name in service.external_ids}
        service.know_as(names | {(row.source, row.external_id)})
        self.by_external_id[row.source, row.external_id] = service
        return True
