"""Score models over HTTP: versions, assessments by period, and how items rank."""

import json
from itertools import permutations
from typing import Any

import pytest

from chassis.testing import ServiceUnderTest
from tests.chassis.numbers import public
from tests.portfolio.services import Services, made, refused

JSON = dict[str, Any]

FIT = [
    {"code": "reach", "name": "Reach", "weight": "3", "minimum": "0", "maximum": "90"},
    {"code": "risk", "name": "Risk", "weight": "1", "direction": "minimise", "minimum": "1", "maximum": "4"},
]


class Scores:
    def __init__(self, portfolio: ServiceUnderTest) -> None:
        self.client = portfolio.client

    async def model(self, code: str = "fit", **said: Any) -> JSON:
        return made(await self.client.post("/v1/score-models", json={"code": code, "name": code, **said}))

    async def publish(self, model: JSON) -> JSON:
        headers = {"If-Match": f'"{model["version"]}"'}
        return made(await self.client.post(f"/v1/score-models/{model['id']}/publication", headers=headers))

    async def published(self, code: str = "fit", **said: Any) -> JSON:
        return await self.publish(await self.model(code, **said))

    async def draft(self, model: JSON, criteria: list[JSON]) -> JSON:
        headers = {"If-Match": f'"{model["version"]}"'}
        path = f"/v1/score-models/{model['id']}/draft"
        return made(await self.client.put(path, json={"criteria": criteria}, headers=headers))

    async def assess(self, model: JSON, period: str = "2026", **items: Any) -> Any:
        assessments = [
            {"item": item, "values": [{"criterion": name, "value": str(it)} for name, it in values.items()]}
            for item, values in items.items()
        ]
        said = {"period": period, "kind": "service", "assessments": assessments}
        return await self.client.put(f"/v1/score-models/{model['id']}/assessments", json=said)

    async def ranking(self, model: JSON, period: str = "2026", **asked: Any) -> list[tuple[Any, ...]]:
        query = {"period": period, "kind": "service", **asked}
        page = made(await self.client.get(f"/v1/score-models/{model['id']}/ranking", params=query))
        return [(it["rank"], it["item"], it["score"]) for it in page["items"]]


@pytest.fixture
def scores(portfolio: ServiceUnderTest) -> Scores:
    return Scores(portfolio)


async def test_items_rank_by_their_score_and_what_is_not_assessed_is_shown_at_the_end(
    scores: Scores, services: Services
) -> None:
    for code in ("mail", "desk", "wifi", "fax"):
        await services.proposed(code)
    model = await scores.published(criteria=FIT)
    made(await scores.assess(model, mail={"reach": 10, "risk": 2}, desk={"reach": 90}, wifi={"reach": 10, "risk": 2}))
    assert await scores.ranking(model) == [
        (1, "desk", "10"),
        (2, "mail", "3.25"),
        (2, "wifi", "3.25"),
        (None, "fax", None),
    ]
    query = {"period": "2026", "kind": "service"}
    page = made(await scores.client.get(f"/v1/score-models/{model['id']}/ranking", params=query))
    assert [it["coverage"] for it in page["items"]] == ["0.75", "1", "1", "0"]


async def test_of_equal_scores_the_better_covered_stands_first(scores: Scores, services: Services) -> None:
    await services.proposed("all")
    await services.proposed("a-part")
    model = await scores.published(criteria=FIT)
    some: JSON = {"a-part": {"reach": 0}, "all": {"reach": 0, "risk": 4}}
    made(await scores.assess(model, **some))
    assert await scores.ranking(model) == [(1, "all", "1"), (1, "a-part", "1")]


async def test_periods_and_versions_keep_their_own_scores(scores: Scores, services: Services) -> None:
    await services.proposed("mail")
    model = await scores.published(criteria=FIT)
    made(await scores.assess(model, "2026", mail={"reach": 10}))
    made(await scores.assess(model, "2027", mail={"reach": 90}))
    model = await scores.publish(await scores.draft(model, [{**FIT[0], "maximum": "10"}]))
    assert model["published_number"] == 2
    made(await scores.assess(model, "2026", mail={"reach": 10}))
    assert await scores.ranking(model) == [(1, "mail", "10")]
    assert await scores.ranking(model, number=1) == [(1, "mail", "2")]
    assert await scores.ranking(model, "2027", number=1) == [(1, "mail", "10")]
    assert await scores.ranking(model, "2027") == [(None, "mail", None)]


async def test_an_assessment_takes_the_place_of_the_one_before(scores: Scores, services: Services) -> None:
    await services.proposed("mail")
    model = await scores.published(criteria=FIT)
    for reach in (10, 90):
        made(await scores.assess(model, mail={"reach": reach}))
    assert await scores.ranking(model) == [(1, "mail", "10")]


async def test_one_value_out_of_range_stops_all_of_them(scores: Scores, services: Services) -> None:
    await services.proposed("mail")
    await services.proposed("desk")
    model = await scores.published(criteria=FIT)
    answer = await scores.assess(model, mail={"reach": 10}, desk={"reach": 91})
    assert refused(answer, 422, "portfolio.score-model.value-refused")["criterion"] == "reach"
    assert {rank for rank, _, _ in await scores.ranking(model)} == {None}


async def test_nothing_is_assessed_by_a_draft(scores: Scores, services: Services) -> None:
    await services.proposed("mail")
    model = await scores.model(criteria=FIT)
    refused(await scores.assess(model, mail={"reach": 10}), 409, "portfolio.score-model.not-published")


async def test_a_draft_changes_without_a_new_number_and_a_published_version_is_not_published_again(
    scores: Scores,
) -> None:
    model = await scores.draft(await scores.model(criteria=FIT), FIT[:1])
    assert model["number"] == 1
    model = await scores.publish(model)
    headers = {"If-Match": f'"{model["version"]}"'}
    again = await scores.client.post(f"/v1/score-models/{model['id']}/publication", headers=headers)
    refused(again, 409, "portfolio.score-model.nothing-to-publish")


async def test_a_weighted_model_has_criteria_and_wsjf_has_none(scores: Scores) -> None:
    unfit: list[JSON] = [{"criteria": []}, {"method": "wsjf_relative", "criteria": FIT}]
    for said in unfit:
        answer = await scores.client.post("/v1/score-models", json={"code": "odd", "name": "Odd", **said})
        refused(answer, 422, "portfolio.score-model.criteria-unfit")


INPUTS = {
    "business_value": "business_value",
    "time_criticality": "time_criticality",
    "risk_opportunity": "risk_reduction",
    "job_size": "job_size",
}


async def test_published_wsjf_rankings_come_out(scores: Scores, services: Services) -> None:
    cases = {it["id"]: it for it in json.loads(public("oracles/wsjf.json").read_text())["cases"]}
    model = await scores.published("wsjf", method="wsjf_relative")
    for case in ("two_features", "tie_and_size"):
        expected = cases[case]["expected_ranked"]
        codes: JSON = {it["item"].replace(" ", "-"): {INPUTS[name]: it[name] for name in INPUTS} for it in expected}
        for code in codes:
            await services.proposed(code)
        made(await scores.assess(model, case, **codes))
        ranked = [it for it in await scores.ranking(model, case) if it[0]]
        assert [item for _, item, _ in ranked] == list(codes)
        assert [f"{float(score):.3f}" for _, _, score in ranked] == [it["wsjf"] for it in expected]
    assert [rank for rank, _, _ in await scores.ranking(model, "tie_and_size") if rank] == [1, 1, 3, 4]
    zero = {INPUTS[name]: value for name, value in cases["zero_size"]["input"].items()}
    refusal = refused(await scores.assess(model, C=zero), 422, "portfolio.score-model.value-refused")
    assert refusal["criterion"] == "job_size"


async def test_wsjf_in_money_orders_work_so_that_delay_costs_least(scores: Scores, services: Services) -> None:
    cases = {it["id"]: it for it in json.loads(public("oracles/wsjf.json").read_text())["cases"]}
    smith = cases["smith_rule_delay_cost"]
    jobs = {it["item"]: (it["cod_per_week"], it["duration_weeks"]) for it in smith["jobs"]}
    model = await scores.published("wsjf-money", method="wsjf_currency")
    for code in jobs:
        await services.proposed(code)
    said: JSON = {code: {"cost_of_delay": cost, "duration": weeks} for code, (cost, weeks) in jobs.items()}
    made(await scores.assess(model, **said))
    order = [item for _, item, _ in await scores.ranking(model)]
    assert order == smith["expected"]["best_order"]

    def delay_cost(sequence: Any) -> int:
        weeks, total = 0, 0
        for code in sequence:
            weeks += jobs[code][1]
            total += weeks * jobs[code][0]
        return total

    assert delay_cost(order) == min(map(delay_cost, permutations(jobs))) == smith["expected"]["min_delay_cost"]
