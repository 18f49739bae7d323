"""The catalog as customers see it, and the portfolio at a glance."""

from chassis.ids import uuid7
from chassis.testing import ServiceUnderTest
from tests.portfolio.services import Services, made


async def test_the_catalog_shows_operational_services_with_their_promises(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    mail = await services.operational("mail", tags=["office"])
    await services.level(mail, name="Another")
    await services.proposed("new")
    await services.retiring("old")

    (entry,) = made(await portfolio.client.get("/v1/catalog"))["items"]
    assert (entry["service_id"], entry["code"], entry["launched_on"]) == (mail["id"], "mail", "2026-01-15")
    assert [level["name"] for level in entry["service_levels"]] == ["Another", "Available"]


async def test_a_search_takes_wildcards_literally(portfolio: ServiceUnderTest, services: Services) -> None:
    await services.operational("a", name="50% off")
    await services.operational("b", name="500 off", description="back\\slash and under_score")

    async def codes(q: str) -> list[str]:
        return [entry["code"] for entry in made(await portfolio.client.get("/v1/catalog", params={"q": q}))["items"]]

    assert await codes("50% OFF") == ["a"]
    assert await codes("50_") == []
    assert await codes("under_score") == ["b"]
    assert await codes("back\\slash") == ["b"]
    assert await codes("off") == ["a", "b"]


async def test_a_search_passes_over_case_and_accents(portfolio: ServiceUnderTest, services: Services) -> None:
    await services.operational("a", name="Téléphonie sécurisée", description="ΣΟΦΟΣ")
    await services.operational("b", name="TELEPHONIE")

    async def codes(q: str) -> list[str]:
        return [entry["code"] for entry in made(await portfolio.client.get("/v1/catalog", params={"q": q}))["items"]]

    assert await codes("telephonie") == await codes("TÉLÉPHONIE") == await codes("te\u0301le\u0301phonie") == ["b", "a"]
    assert await codes("securisee") == ["a"]
    assert await codes("ΣΟΦΟΣ") == ["a"]
    assert await codes("a té") == []  # code and name are looked at one by one


async def test_facets_count_all_services_found_and_nothing_that_is_not_given(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    space = str(uuid7())
    await services.operational("a", tags=["office", "cloud"], criticality="high", market_space_ids=[space])
    await services.operational("b", tags=["cloud"], kind="supporting")
    await services.proposed("c", tags=["cloud"])

    shown = made(await portfolio.client.get("/v1/catalog", params={"limit": "1", "include": "total"}))
    assert (shown["total"], len(shown["items"])) == (2, 1)
    assert shown["facets"] == {
        "kind": [{"value": "customer_facing", "services": 1}, {"value": "supporting", "services": 1}],
        "criticality": [{"value": "high", "services": 1}],
        "tag": [{"value": "cloud", "services": 2}, {"value": "office", "services": 1}],
        "market_space_id": [{"value": space, "services": 1}],
    }
    filtered = made(await portfolio.client.get("/v1/catalog", params={"tag": "cloud", "kind": "supporting"}))
    assert [entry["code"] for entry in filtered["items"]] == ["b"]
    assert filtered["facets"]["tag"] == [{"value": "cloud", "services": 1}]
    nothing = made(await portfolio.client.get("/v1/catalog", params={"market_space_id": str(uuid7())}))
    assert (nothing["items"], nothing["facets"]["kind"]) == ([], [])


async def test_the_summary_counts_services_by_stage_and_status(portfolio: ServiceUnderTest, services: Services) -> None:
    await services.operational("a")
    await services.retiring("b")
    made(await services.step(await services.proposed("c"), "rejection"))

    summary = made(await portfolio.client.get("/v1/portfolio-summary"))
    assert summary["services"] == 3
    assert {stage["stage"]: stage["services"] for stage in summary["stages"]} == {
        "pipeline": 1,
        "catalog": 2,
        "retired": 0,
    }
    counts = {count["status"]: count["services"] for stage in summary["stages"] for count in stage["statuses"]}
    assert len(counts) == 13
    assert {status: services for status, services in counts.items() if services} == {
        "operational": 1,
        "retiring": 1,
        "rejected": 1,
    }


async def test_an_empty_portfolio_is_counted_too(portfolio: ServiceUnderTest) -> None:
    assert made(await portfolio.client.get("/v1/portfolio-summary"))["services"] == 0
    assert made(await portfolio.client.get("/v1/catalog"))["facets"]["tag"] == []
