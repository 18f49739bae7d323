"""What was decided about an opportunity stays so until its evidence gets graver; noise opens nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from portfolio.opportunity import events
from portfolio.opportunity.finding import Finding
from portfolio.opportunity.model import NotOpen, Opportunity
from portfolio.opportunity.subjects import Seen
from portfolio.opportunity.terms import OpportunityStatus, Sighting
from tests.portfolio.opportunity.findings import asset, cost, need, service, the_one
from tests.portfolio.review.evidence import attainment, level, recovery

AT = datetime(2026, 4, 2, tzinfo=UTC)
FIRST, SECOND = UUID(int=11), UUID(int=12)
BY: dict[str, Any] = {"by": "board", "at": AT}


def found(seen: Seen) -> Opportunity:
    return Opportunity.find(the_one(seen), by="clock", at=AT)


def dismissed(seen: Seen) -> Opportunity:
    opportunity = found(seen)
    opportunity.dismiss("It is meant to be so.", **BY)
    return opportunity


def recovered(ratio: str) -> Seen:
    return service(recovery=recovery(ratio))


def missed(*levels: UUID, times: int = 2) -> Seen:
    return service(attainment=attainment(*(level(service_level_id=it, missed_in_a_row=times) for it in levels)))


@pytest.mark.parametrize(
    ("then", "noise", "graver"),
    [
        (recovered("0.7"), recovered("0.6001"), recovered("0.6")),
        (recovered("0.7"), recovered("0.79"), recovered("0")),
        (missed(FIRST, SECOND, times=2), missed(SECOND, times=4), missed(FIRST, times=5)),
        (missed(FIRST), missed(FIRST), missed(FIRST, SECOND)),
        (cost("300"), cost("399.99"), cost("400")),
        (need(importance=7), need(importance=8), need(importance=9)),
        (
            need("overlap", importance=5, offerings=2),
            need("overlap", importance=9, offerings=2),
            need("overlap", offerings=3),
        ),
        (asset("150"), asset("120.03"), asset("120")),
    ],
)
def test_what_was_dismissed_stays_so_until_its_evidence_is_graver_by_a_step(
    then: Seen, noise: Seen, graver: Seen
) -> None:
    opportunity = dismissed(then)
    sentence = opportunity.sentence
    assert opportunity.see(the_one(noise), **BY) is Sighting.STILL_DISMISSED
    assert (opportunity.status, opportunity.sentence) == (OpportunityStatus.DISMISSED, sentence)
    assert opportunity.see(the_one(graver), **BY) is Sighting.REOPENED
    assert opportunity.status is OpportunityStatus.OPEN
    assert opportunity.sentence == the_one(graver).told.sentence
    assert (opportunity.decided_by, opportunity.reason) == (None, None)


def test_small_steps_away_from_what_was_decided_on_add_up() -> None:
    opportunity = dismissed(recovered("0.7"))
    ratios = ["0.68", "0.65", "0.62", "0.59"]
    sightings = [opportunity.see(the_one(recovered(ratio)), **BY) for ratio in ratios]
    assert sightings == [*[Sighting.STILL_DISMISSED] * 3, Sighting.REOPENED]


def test_another_version_of_a_rule_asks_again() -> None:
    opportunity, finding = dismissed(recovered("0.7")), the_one(recovered("0.7"))
    newer = Finding(replace(finding.rule, version=2), finding.subject, finding.told)
    assert opportunity.see(newer, **BY) is Sighting.REOPENED
    assert opportunity.rule_version == 2


def test_what_was_accepted_is_not_opened_again_while_its_evidence_stays() -> None:
    opportunity = found(recovered("0.7"))
    opportunity.accept("Worth a try.", service_id=FIRST, service_code="new", **BY)
    assert opportunity.see(the_one(recovered("0.65")), **BY) is Sighting.STILL_ACCEPTED
    assert opportunity.see(the_one(recovered("0.5")), **BY) is Sighting.REOPENED


def test_an_open_one_follows_its_evidence_in_steps_and_announces_nothing() -> None:
    opportunity = found(recovered("0.5"))
    before = len(opportunity.recorded)
    assert opportunity.see(the_one(recovered("0.55")), **BY) is Sighting.UNCHANGED
    assert "50.0 %" in opportunity.sentence
    assert opportunity.see(the_one(recovered("0.6")), **BY) is Sighting.CHANGED
    assert "60.0 %" in opportunity.sentence
    assert opportunity.see(the_one(recovered("0.4")), **BY) is Sighting.CHANGED
    assert len(opportunity.recorded) == before


def test_an_open_one_that_is_about_fewer_things_says_so() -> None:
    opportunity = found(missed(FIRST, SECOND))
    assert opportunity.see(the_one(missed(FIRST)), **BY) is Sighting.CHANGED
    assert opportunity.concerns == [str(FIRST)]


def test_what_had_lapsed_is_found_again_whatever_its_evidence() -> None:
    opportunity = found(recovered("0.7"))
    opportunity.lapse(**BY)
    later = AT + timedelta(days=30)
    assert opportunity.see(the_one(recovered("0.7")), by="clock", at=later) is Sighting.REOPENED
    assert (opportunity.status, opportunity.found_at) == (OpportunityStatus.OPEN, later)
    facts = [event for _, event, _ in opportunity.recorded]
    assert [type(fact) for fact in facts] == [
        events.OpportunityFound,
        events.OpportunityLapsed,
        events.OpportunityFound,
    ]
    assert [fact.again for fact in facts if isinstance(fact, events.OpportunityFound)] == [False, True]


def test_only_what_is_open_is_decided() -> None:
    opportunity = dismissed(recovered("0.7"))
    with pytest.raises(NotOpen, match="dismissed"):
        opportunity.dismiss("Again.", **BY)
    with pytest.raises(NotOpen):
        opportunity.accept("After all.", service_id=FIRST, service_code="new", **BY)
    lapsed = found(recovered("0.7"))
    lapsed.lapse(**BY)
    with pytest.raises(NotOpen, match="lapsed"):
        lapsed.dismiss("Gone.", **BY)
