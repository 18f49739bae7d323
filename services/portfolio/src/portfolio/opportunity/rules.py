"""The rules that find opportunities: named, versioned, each with a sentence that a manager can repeat.

A rule judges what is known and finds nothing in what is not. A threshold that changes makes a new version of its rule.
Where a review judges the same, its rule is asked: there is one threshold and one sentence for both.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from chassis.money import EXACT, plain
from portfolio.evidence.schemas import Evidence
from portfolio.evidence.trend import quotient
from portfolio.opportunity.finding import Figure, Finding, Judge, Rule, S, Told
from portfolio.opportunity.subjects import Seen, SeenAsset, SeenCost, SeenNeed, SeenService, SeenUnitCost
from portfolio.opportunity.terms import SubjectKind
from portfolio.review import recommendation
from portfolio.review.due import due_on
from portfolio.wording import money, percent

LEAST_SCORE, LEAST_IMPORTANCE = 10, 7
LEAST_PEERS, LEAST_TIMES_MEDIAN = 8, 2
LEAST_USE, MONTHS_OF_USE = Decimal("0.60"), 3

RULES: list[Rule] = []


def rule(
    name: str, *, version: int, of: SubjectKind, seen: type[Seen], magnitude: str, step: str
) -> Callable[[Judge[S]], Judge[S]]:
    def add(judge: Judge[S]) -> Judge[S]:
        RULES.append(Rule(name, version, of, seen, magnitude, Decimal(step), judge))
        return judge

    return add


def findings(seen: Seen) -> list[Finding]:
    """One for each rule that fires, in the order of the rules."""
    return [
        Finding(rule, seen.subject, told)
        for rule in RULES
        if rule.seen is type(seen) and (told := rule.judge(seen)) is not None
    ]


NEED, SERVICE, ASSET = SubjectKind.NEED, SubjectKind.SERVICE, SubjectKind.ASSET


@rule("white-space", version=1, of=NEED, seen=SeenNeed, magnitude="opportunity score, else importance", step="2")
def white_space(need: SeenNeed) -> Told | None:
    """No launched offering serves a need whose opportunity score is 10 or more or, where nobody knows how satisfied its
    customers are, whose importance is 7 or more."""
    if need.coverage_class != "white_space":
        return None
    scored = need.opportunity_score is not None
    weight, least = (need.opportunity_score, LEAST_SCORE) if scored else (need.importance, LEAST_IMPORTANCE)
    if weight is None or weight < least:
        return None
    what = "an opportunity score" if scored else "an importance"
    name = "opportunity score" if scored else "importance"
    return Told(
        f"No launched offering serves “{need.subject.label}”, which has {what} of {weight}; {least} is enough to act.",
        Decimal(weight),
        [Figure(name=name, value=Decimal(weight), unit="points", threshold=Decimal(least), as_of=need.as_of)],
    )


@rule("overlap", version=1, of=NEED, seen=SeenNeed, magnitude="importance × (offerings - 1)", step="5")
def overlap(need: SeenNeed) -> Told | None:
    """Two launched offerings or more serve the same need."""
    if need.coverage_class != "overlap" or need.offerings < 2:
        return None
    return Told(
        f"{need.offerings} launched offerings serve “{need.subject.label}”, which has an importance of "
        f"{need.importance}: one may be enough.",
        Decimal(need.importance * (need.offerings - 1)),
        [
            Figure(
                name="offerings",
                value=Decimal(need.offerings),
                unit="offerings",
                threshold=Decimal(2),
                as_of=need.changed_on,
            ),
            Figure(name="importance", value=Decimal(need.importance), unit="points", as_of=need.as_of),
        ],
    )


@rule("cost-outlier", version=1, of=SERVICE, seen=SeenCost, magnitude="times the median of its peers", step="1")
def cost_outlier(cost: SeenCost) -> Told | None:
    """Its cost per period is at least twice the median of 9 or more services of its kind in its currency, and above
    their upper hinge by more than three times the spread between their hinges (Tukey's outer fence)."""
    return _outlier(cost, "cost per period")


@rule("unit-cost-outlier", version=1, of=SERVICE, seen=SeenUnitCost, magnitude="times the median", step="1")
def unit_cost_outlier(cost: SeenUnitCost) -> Told | None:
    """Its cost per subscribed unit and period is at least twice the median of 9 or more services of its kind in its
    currency, and above their upper hinge by more than three times the spread between their hinges."""
    return _outlier(cost, "cost per subscribed unit and period")


def _outlier(cost: SeenCost, name: str) -> Told | None:
    peers = cost.among
    threshold = max(peers.fence, LEAST_TIMES_MEDIAN * peers.median)
    times = quotient(cost.amount, peers.median)
    if peers.count <= LEAST_PEERS or times is None or cost.amount <= peers.fence or cost.amount < threshold:
        return None
    said = {"unit": cost.currency, "as_of": cost.as_of}
    return Told(
        f"Its {name} of {money(cost.amount, cost.currency)} is {plain(times)} times the median of {peers.count} "
        f"services of its kind, {money(peers.median, cost.currency)}, and far beyond their spread, which ends at "
        f"{money(peers.fence, cost.currency)}.",
        times,
        [
            Figure.model_validate({"name": name, "value": cost.amount, "threshold": threshold, **said}),
            *(
                Figure.model_validate({"name": f"{part} of its kind", "value": value, **said})
                for part, value in (
                    ("lower hinge", peers.lower),
                    ("median", peers.median),
                    ("upper hinge", peers.upper),
                )
            ),
            Figure(name="services of its kind", value=Decimal(peers.count), unit="services", as_of=cost.as_of),
        ],
    )


@rule("falling-demand", version=1, of=SERVICE, seen=SeenService, magnitude="share lost", step="0.1")
def falling_demand(service: SeenService) -> Told | None:
    """The subscribed quantity fell by at least 25 % within a year, or nobody subscribes any more and no service uses
    it, or strategy expects its demand to fall by at least 25 % by one pattern and by none to rise so much."""
    falls = [it for it in (_subscribed(service.evidence), _expected(service.evidence)) if it]
    return max(falls, key=lambda told: told.magnitude, default=None)


def _subscribed(evidence: Evidence) -> Told | None:
    sentence = recommendation.falling_demand(evidence) or recommendation.no_demand(evidence)
    if sentence is None or evidence.demand is None or evidence.demand.change is None:
        return None
    lost, as_of = -evidence.demand.change, evidence.demand.as_of.date()
    least = recommendation.MOVE_OF_DEMAND
    return Told(
        sentence,
        lost,
        [Figure(name="subscribed quantity lost", value=lost, unit="share", threshold=least, as_of=as_of)],
    )


def _expected(evidence: Evidence) -> Told | None:
    sentence, forecast = recommendation.demand_forecast_falling(evidence), evidence.forecast
    if sentence is None or forecast is None:
        return None
    lost, made_on = max((-it.change, it.made_on) for it in forecast.forecasts if it.change is not None)
    least = recommendation.MOVE_OF_DEMAND
    said = {"name": "demand expected to be lost", "unit": "share", "as_of": made_on}
    return Told(sentence, lost, [Figure.model_validate({**said, "value": lost, "threshold": least})])


@rule("repeated-breach", version=1, of=SERVICE, seen=SeenService, magnitude="periods missed in a row", step="3")
def repeated_breach(service: SeenService) -> Told | None:
    """A service level missed its target in its 2 latest measured periods or more."""
    sentence = recommendation.repeated_breach(service.evidence)
    if sentence is None:
        return None
    least = recommendation.MISSED_IN_A_ROW
    missed = [it for it in service.evidence.attainment.service_levels if it.missed_in_a_row >= least]
    return Told(
        sentence,
        Decimal(max(it.missed_in_a_row for it in missed)),
        [
            Figure(
                name=f"missed in a row: {it.name}",
                value=Decimal(it.missed_in_a_row),
                unit="periods",
                threshold=Decimal(least),
                as_of=(it.as_of or service.evidence.taken_at).date(),
            )
            for it in missed[:20]
        ],
        sorted(str(it.service_level_id) for it in missed),
    )


@rule("weak-recovery", version=1, of=SERVICE, seen=SeenService, magnitude="share not recovered", step="0.1")
def weak_recovery(service: SeenService) -> Told | None:
    """Charges recovered less than 80 % of what the charged days cost."""
    sentence, recovery = recommendation.weak_recovery(service.evidence), service.evidence.recovery
    if sentence is None or recovery is None or recovery.ratio is None or recovery.cost is None:
        return None
    as_of, currency = recovery.as_of.date(), recovery.currency
    return Told(
        sentence,
        1 - recovery.ratio,
        [
            Figure(
                name="recovered share",
                value=recovery.ratio,
                unit="share",
                threshold=recommendation.LEAST_RECOVERY,
                as_of=as_of,
            ),
            Figure(name="recovered", value=recovery.recovered, unit=currency, as_of=as_of),
            Figure(name="cost", value=recovery.cost, unit=currency, as_of=as_of),
        ],
    )


@rule("no-offering", version=1, of=SERVICE, seen=SeenService, magnitude="always 1", step="1")
def no_offering(service: SeenService) -> Told | None:
    """It faces customers, no launched offering is made of it, and no service of the catalog uses it."""
    sentence, offered = recommendation.no_offering(service.evidence), service.evidence.offerings
    if sentence is None or offered is None:
        return None
    none = Decimal(0)
    return Told(
        sentence,
        Decimal(1),
        [Figure(name="offerings", value=none, unit="offerings", threshold=none, as_of=offered.as_of.date())],
    )


@rule("review-overdue", version=1, of=SERVICE, seen=SeenService, magnitude="days overdue", step="180")
def review_overdue(service: SeenService) -> Told | None:
    """No review was decided within a year of the last decision or, where there was none, of the launch."""
    if service.launched_on is None:
        return None
    due = due_on(launched_on=service.launched_on, decided_on=service.decided_on)
    days = Decimal((service.today - due) // timedelta(days=1))
    if days <= 0:
        return None
    last = f"the last one was decided on {service.decided_on}" if service.decided_on else "it was never reviewed"
    return Told(
        f"Its review is overdue since {due}: {last}.",
        days,
        [Figure(name="days overdue", value=days, unit="days", threshold=Decimal(1), as_of=service.today)],
    )


@rule("unused-capacity", version=1, of=ASSET, seen=SeenAsset, magnitude="unused share", step="0.1")
def unused_capacity(asset: SeenAsset) -> Told | None:
    """Less than 60 % of its capacity was used in its latest 3 months of which the use is known."""
    used = quotient(asset.used, asset.available)
    enough = EXACT.multiply(LEAST_USE, asset.available)
    if asset.months < MONTHS_OF_USE or used is None or asset.used >= enough:
        return None
    return Told(
        f"Of {plain(asset.available)} {asset.unit} of “{asset.subject.label}” in the {asset.months} months before "
        f"{asset.ends_on} only {plain(asset.used)}, {percent(used)}, were used; at least "
        f"{percent(LEAST_USE)} is expected.",
        1 - used,
        [
            Figure(name="used share", value=used, unit="share", threshold=LEAST_USE, as_of=asset.ends_on),
            Figure(name="available", value=asset.available, unit=asset.unit, as_of=asset.ends_on),
            Figure(name="used", value=asset.used, unit=asset.unit, as_of=asset.ends_on),
        ],
    )
