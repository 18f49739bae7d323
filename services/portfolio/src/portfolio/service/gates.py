"""The gates of a service's life: what must hold before a step, and each thing that does not yet."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.problems import Conflict, Invalid
from portfolio.service.terms import Stage

LISTED = 100  # blockers of one kind that are named one by one; the rest are counted in one more


class Blocked(Conflict, code="portfolio.service.blocked"):
    """Something stands in the way of this step; `blockers` lists all of it."""


class ImplausibleDays(Invalid, code="portfolio.service.implausible-days"):
    """The days of launch and retirement do not fit the stage, each other, or today."""


@dataclass(frozen=True)
class Act:
    """Who moves a service, when and why. `evidence` opened the gate; if `waived_by` waived it, it says why."""

    by: str
    at: datetime
    reason: str
    evidence: str | None = None
    waived_by: str | None = None

    @property
    def on(self) -> date:
        return self.at.date()


@dataclass(frozen=True)
class Blocker:
    """One thing that stands in the way, and where it can be looked at."""

    kind: str
    sentence: str
    link: str


@dataclass(frozen=True)
class Neighbour:
    """Another service, as a gate looks at it."""

    id: UUID
    code: str
    status: str


def require(blockers: Sequence[Blocker], *, step: str) -> None:
    """Raises Blocked with all of them."""
    if blockers:
        sentences = " ".join(blocker.sentence for blocker in blockers[:3])
        more = f" And {len(blockers) - 3} more." if len(blockers) > 3 else ""
        raise Blocked(f"No {step} yet. {sentences}{more}", blockers=[asdict(blocker) for blocker in blockers])


def before_approval(id: UUID, act: Act, named: str | None = None) -> list[Blocker]:
    """`named` is the business case that was to open the gate."""
    sentence = "It needs an approved business case, or somebody who waives it."
    if named:
        sentence = f"{named} is no approved business case of this service."
    return [] if act.evidence else [Blocker("business_case", sentence, f"/v1/business-cases?service_id={id}")]


def before_charter(act: Act, named: str | None = None) -> list[Blocker]:
    """`named` is the investment plan that was to open the gate."""
    sentence = "It needs an approved investment plan that funds a business case of it, or somebody who waives it."
    if named:
        sentence = f"{named} is no approved investment plan that funds a business case of this service."
    return [] if act.evidence else [Blocker("funding", sentence, "/v1/investment-plans?status=approved")]


def before_launch(
    id: UUID, *, owner: str | None, service_levels: int, not_operational: Iterable[Neighbour]
) -> list[Blocker]:
    """`not_operational` are the services that it uses and that are not operational."""
    blockers = [] if owner else [Blocker("owner", "It has no owner.", at(id))]
    if not service_levels:
        link = f"/v1/service-levels?service_id={id}"
        blockers.append(Blocker("service_level", "It promises no service level.", link))
    return blockers + [
        Blocker("dependency", f"It uses {used.code}, which is {used.status}.", at(used.id)) for used in not_operational
    ]


def before_retirement(
    id: UUID, *, today: date, retires_on: date | None, dependants: Iterable[Neighbour], subscriptions: Sequence[UUID]
) -> list[Blocker]:
    """`dependants` are in the catalog and use it; `subscriptions` have not ended by today."""
    early = retires_on is not None and today < retires_on
    blockers = [Blocker("notice", f"Its notice runs until {retires_on}.", at(id))] if early else []
    blockers += [Blocker("dependant", f"{user.code} uses it and is {user.status}.", at(user.id)) for user in dependants]
    blockers += [
        Blocker("subscription", "A customer still subscribes to it.", f"/v1/subscriptions/{subscription}")
        for subscription in subscriptions[:LISTED]
    ]
    if (more := len(subscriptions) - LISTED) > 0:
        link = f"/v1/subscriptions?service_id={id}"
        blockers.append(Blocker("subscription", f"{more} more customers subscribe to it.", link))
    return blockers


def at(id: UUID) -> str:
    return f"/v1/services/{id}"


def check_days(stage: Stage, launched_on: date | None, retired_on: date | None, *, today: date) -> None:
    if stage is Stage.PIPELINE and (launched_on or retired_on):
        raise ImplausibleDays("A service in the pipeline has neither been launched nor retired.")
    if stage is Stage.CATALOG and retired_on:
        raise ImplausibleDays("A service in the catalog has not been retired.")
    if max(launched_on or today, retired_on or today) > today:
        raise ImplausibleDays("The days of launch and retirement lie behind us.")
    if launched_on and retired_on and retired_on < launched_on:
        raise ImplausibleDays(f"It cannot retire on {retired_on}, before its launch on {launched_on}.")
