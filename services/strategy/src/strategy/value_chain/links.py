"""Where each part of a chain is shown or explained: addresses at the gateway."""

from urllib.parse import urlencode
from uuid import UUID

from strategy.evidence.kept import DecisionKind
from strategy.evidence.queries import DayRange

STRATEGY, PORTFOLIO, FINANCE = "/strategy/v1", "/portfolio/v1", "/finance/v1"

DECISIONS = {
    DecisionKind.PROPOSAL: "services",
    DecisionKind.BUSINESS_CASE: "business-cases",
    DecisionKind.FUNDING: "investment-plans",
    DecisionKind.REVIEW: "reviews",
    DecisionKind.RETIREMENT: "services",
}


def address(path: str, within: DayRange | None = None, **filters: str | UUID) -> str:
    days = {"starts_on": within.starts_on, "ends_on": within.ends_on} if within else {}
    asked = {**filters, **days}
    return f"{path}?{urlencode(asked)}" if asked else path


def decision(kind: DecisionKind, id: UUID) -> str:
    return f"{PORTFOLIO}/{DECISIONS[kind]}/{id}"
