"""The gates of a service's life: what must hold before a step, and each thing that does not yet."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
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
    """Who moves a service, when and why. `evidence` opened the gate; if `waived_by` waived it, it says why. `ends` are
    sentences about the relations that end with it."""

    by: str
    at: datetime
    reason: str
    evidence: str | None = None
    waived_by: str | None = None
    ends: Sequence[str] = ()

    @property
    def on(self) -> date:
        return self.at.date()

    def since(self, day: date | None) -> datetime:
        """When it came to be so: as the day began, unless that is the day of the act."""
        return datetime.combine(day, time(), UTC) if day and day < self.on else self.at


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


@dataclass(frozen=True)
class OpenCharge:
    """Finance charges this service, but customers used it longer than charges have been issued for."""

    used_until: date
    charged_until: date


@dataclass(frozen=True)
class OpenItem:
    """Of the checklist of its retirement plan: required, and neither done nor waived."""

    plan_id: UUID
    id: UUID
    title: str
    owner: str
    due_on: date


@dataclass(frozen=True)
class Held:
    """What may keep a service from retiring: services of the catalog that use it, subscriptions that run longer than it
    (the first of them by id, and how many more there are), days of use that are not charged, open items of its
    checklist."""

    dependants: Sequence[Neighbour] = ()
    subscriptions: Sequence[UUID] = ()
    more_subscriptions: int = 0
    charge: OpenCharge | None = None
    items: Sequence[OpenItem] = ()


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


def before_retirement(id: UUID, held: Held, *, today: date, retires_on: date | None) -> list[Blocker]:
    early = retires_on is not None and today < retires_on
    blockers = [Blocker("notice", f"Its notice runs until {retires_on}.", at(id))] if early else []
    users = held.dependants
    blockers += [Blocker("dependant", f"{user.code} uses it and is {user.status}.", at(user.id)) for user in users]
    blockers += [
        Blocker("subscription", "A customer still subscribes to it.", f"/v1/subscriptions/{subscription}")
        for subscription in held.subscriptions
    ]
    if more := held.more_subscriptions:
        link = f"/v1/subscriptions?service_id={id}"
        blockers.append(Blocker("subscription", f"{more} more customers subscribe to it.", link))
    if held.charge:
        charged, used = held.charge.charged_until, held.charge.used_until
        link = f"{at(id)}/evidence?starts_on={charged}&ends_on={used}"
        sentence = f"It was used until {used}, and is charged until {charged}."
        blockers.append(Blocker("charge", sentence, link))
    return blockers + [
        Blocker(
            "checklist",
            f"{item.owner} was to see to this by {item.due_on}: {item.title}",
            f"/v1/retirement-plans/{item.plan_id}/checklist-items/{item.id}",
        )
        for item in held.items
    ]


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
