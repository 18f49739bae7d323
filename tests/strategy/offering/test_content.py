"""What an offering promises measurably, what can be chosen with it, at which price, and how it compares."""

from decimal import Decimal
from typing import Any

import pytest

from chassis.money import Money
from chassis.testing import ServiceUnderTest
from strategy.offering.option import NoSuchOption, Option, chosen
from strategy.offering.positioning import Positioning, compared
from tests.strategy.conftest import Steps

OFFERING: dict[str, Any] = {"code": "desk", "name": "Desk", "utility": "A desk that is ready"}
PROMISES: dict[str, Any] = {
    "availability": {"percent": "99.5", "hours": "24x7", "window": "month"},
    "capacity": [{"quantity": "5000", "unit": "seats"}],
    "continuity": {"recovery_time_hours": "4", "recovery_point_hours": None},
    "security": {"classification": "Protected B", "measures": ["Encrypted disks"]},
}


def cad(amount: str) -> Money:
    return Money(amount=Decimal(amount), currency="CAD")


def option(code: str, price: str | None = None, excludes: list[str] | None = None) -> Option:
    return Option(code=code, name=code, price=cad(price) if price else None, excludes=excludes or [])


OPTIONS = [option("screen", "10.00"), option("laptop", "25.50", ["tower"]), option("tower", "15.00"), option("help")]


def test_options_that_exclude_each_other_in_either_direction_do_not_go_together() -> None:
    for codes in (["laptop", "tower"], ["tower", "laptop", "screen"]):
        choice = chosen(OPTIONS, codes, price=cad("60.00"))
        assert not choice.possible
        assert [(it.one, it.other) for it in choice.exclusions] == [("laptop", "tower")]
    assert chosen(OPTIONS, ["tower", "screen"], price=cad("60.00")).possible


def test_a_choice_costs_the_offering_and_each_option_once() -> None:
    assert chosen(OPTIONS, [], price=cad("60.00")).price == cad("60.00")
    assert chosen(OPTIONS, ["laptop", "screen", "screen"], price=cad("60.00")).price == cad("95.50")


def test_what_has_no_number_makes_the_whole_have_none() -> None:
    assert chosen(OPTIONS, ["help"], price=cad("60.00")).price is None
    assert chosen(OPTIONS, ["screen"], price=None).price is None


def test_a_sum_with_more_digits_than_an_amount_has_is_not_told() -> None:
    most = "9" * 20
    assert chosen([option("a", most)], ["a"], price=cad("1")).price is None


def test_an_option_that_is_not_there_cannot_be_chosen() -> None:
    with pytest.raises(NoSuchOption):
        chosen(OPTIONS, ["boat"], price=None)


def positioning(*scores: tuple[str, str | None, int]) -> Positioning:
    return Positioning.model_validate(
        {
            "criteria": [{"name": "price", "weight": "2"}, {"name": "help", "weight": "1"}],
            "alternatives": [{"name": "own"}, {"name": "other"}],
            "scores": [{"criterion": c, "alternative": a, "score": s} for c, a, s in scores],
        }
    )


def test_a_score_is_the_weighted_mean_of_what_was_scored() -> None:
    """The offering: (2·7 + 1·9) / 3 = 7.6667. Own: 8 by the price alone, which is two thirds of the weights."""
    seen = compared(positioning(("price", None, 7), ("help", None, 9), ("price", "own", 8)))
    told = [(it.alternative, str(it.score), str(it.assessed), it.rank) for it in seen.standings]
    assert told == [
        (None, "7.6667", "1.0000", 2),
        ("own", "8.0000", "0.6667", 1),
        ("other", "None", "0.0000", None),
    ]
    assert [(it.criterion, it.own, it.best_alternative, it.lead) for it in seen.leads] == [
        ("price", 7, 8, -1),
        ("help", 9, None, None),
    ]


def test_equals_share_a_rank() -> None:
    seen = compared(positioning(("price", None, 5), ("help", "own", 5), ("price", "other", 4)))
    assert [standing.rank for standing in seen.standings] == [1, 1, 3]


@pytest.mark.parametrize(
    "scores",
    [
        [("speed", None, 5)],
        [("price", "nobody", 5)],
        [("price", None, 5), ("price", None, 6)],
        [("price", None, 11)],
    ],
)
def test_a_score_names_what_is_there_once(scores: list[tuple[str, str | None, int]]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        positioning(*scores)


async def test_an_offering_shows_its_promises_options_and_price(steps: Steps) -> None:
    asked = {
        **OFFERING,
        "promises": PROMISES,
        "options": [it.model_dump(mode="json") for it in OPTIONS],
        "price": {"amount": "60.00", "currency": "CAD"},
        "price_basis": "per_unit",
        "price_unit": "seat and month",
    }
    made = await steps.post("/offerings", asked)
    assert {name: made[name] for name in asked} == asked
    choice = await steps.post(f"/offerings/{made['id']}/choice", {"options": ["laptop", "tower"]})
    assert choice == {
        "possible": False,
        "exclusions": [{"one": "laptop", "other": "tower"}],
        "price": {"amount": "100.50", "currency": "CAD"},
    }


async def test_a_revision_keeps_the_content_and_the_positioning(strategy: ServiceUnderTest, steps: Steps) -> None:
    need, mail = await steps.need(await steps.customer("A")), await steps.service_known("mail")
    draft = await steps.drafted("desk", services=[mail], needs=[need], promises=PROMISES)
    approved = await steps.approved(draft)
    launched = await steps.post(f"/offerings/{draft['id']}/launch", of=approved)
    said = positioning(("price", None, 7)).model_dump(mode="json")
    path, headers = f"/v1/offerings/{draft['id']}/positioning", {"If-Match": f'"{launched["version"]}"'}
    assert (await strategy.client.get(path)).status_code == 404
    placed = (await strategy.client.put(path, json=said, headers=headers)).json()
    revision = await steps.post(f"/offerings/{draft['id']}/revisions", of=placed)
    assert revision["promises"] == PROMISES
    assert (await steps.get(f"/offerings/{revision['id']}/positioning"))["positioning"] == said
    withdrawn = await steps.post(f"/offerings/{draft['id']}/withdrawal", {"reason": "Old"}, of=placed)
    late = {"If-Match": f'"{withdrawn["version"]}"'}
    refused = await strategy.client.put(path, json=said, headers=late)
    assert (refused.status_code, refused.json()["code"]) == (409, "strategy.offering.ended")


@pytest.mark.parametrize(
    "bad",
    [
        {"price_basis": "per_unit"},
        {"price_unit": "seat"},
        {"price_basis": "no_charge", "price": {"amount": "1", "currency": "CAD"}},
        {"promises": {"availability": {"percent": "100.1", "hours": "24x7", "window": "month"}}},
        {"promises": {"continuity": {}}},
        {"promises": {"capacity": [{"quantity": "0", "unit": "seats"}]}},
        {"options": [{"code": "a", "name": "A"}, {"code": "a", "name": "B"}]},
        {"options": [{"code": "a", "name": "A", "excludes": ["a"]}]},
        {"options": [{"code": "a", "name": "A", "excludes": ["b"]}]},
        {
            "price": {"amount": "1", "currency": "CAD"},
            "options": [{"code": "a", "name": "A", "price": {"amount": "1", "currency": "EUR"}}],
        },
    ],
)
async def test_content_that_contradicts_itself_is_refused(
    strategy: ServiceUnderTest, steps: Steps, bad: dict[str, Any]
) -> None:
    refused = await strategy.client.post("/v1/offerings", json={**OFFERING, **bad})
    assert refused.status_code == 422, refused.text
    assert await steps.listed("/offerings", "id") == []


async def test_a_choice_of_what_is_not_there_is_refused(strategy: ServiceUnderTest, steps: Steps) -> None:
    made = await steps.post("/offerings", OFFERING)
    refused = await strategy.client.post(f"/v1/offerings/{made['id']}/choice", json={"options": ["boat"]})
    assert (refused.status_code, refused.json()["code"]) == (404, "strategy.offering.no-such-option")
