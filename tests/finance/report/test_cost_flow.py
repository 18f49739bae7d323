"""Where cost goes, from its nature to who uses what it paid for: in is out at every node on the way."""

import os
from asyncio import gather
from decimal import Decimal
from typing import Any

import pytest

from finance.report.flow import Flow, Node, NodeKind, NotConserved
from tests.finance.allocation_run.test_shared_services import YEAR as REAL_YEAR
from tests.finance.allocation_run.test_shared_services import adds_up, carried, expected, layer
from tests.finance.allocation_run.towers import CONSUMERS, SERVICES, TOWERS, run, spend
from tests.finance.books import Books, entry, line
from tests.finance.charge_run.test_charge_run import launched
from tests.finance.report.reading import YEAR, follow, in_each_form, read, refused, total

DATA = os.environ.get("STEWARD_DATA")


def links(flow: dict[str, Any], **ends: str) -> dict[tuple[str, str], str]:
    return {
        (each["source"], each["target"]): each["amount"]
        for each in flow["links"]
        if all(each[end].startswith(prefix) for end, prefix in ends.items())
    }


def conserved(flow: dict[str, Any]) -> None:
    """At each node that is neither a beginning nor an end, and from the beginnings to the ends."""
    inner = [node for node in flow["nodes"] if node["kind"] in ("cost_object", "pool")]
    assert inner
    assert [node["amount_in"] for node in inner] == [node["amount_out"] for node in inner]
    for node in flow["nodes"]:
        into = total([each for each in flow["links"] if each["target"] == node["id"]])
        out = total([each for each in flow["links"] if each["source"] == node["id"]])
        assert (into, out) == (Decimal(node["amount_in"]), Decimal(node["amount_out"]))
    ends = [node for node in flow["nodes"] if node["kind"] not in ("cost_object", "pool")]
    assert total(ends, "amount_in") == total(ends, "amount_out")


async def test_cost_flows_from_natures_through_pools_and_towers_to_services(towers: Books) -> None:
    """Labour 840 and software 100: three quarters and one, then 100 to the compute tower alone."""
    await run(towers, TOWERS)
    flow = await read(towers, "cost-flow", model="tbm")
    conserved(flow)
    assert flow["cost_in"] == "940.00"
    assert links(flow, source="nature:") == {
        ("nature:Labour", "cost_object:IT"): "800.00",
        ("nature:Labour", "cost_object:LAB"): "40.00",
        ("nature:Software", "cost_object:IT"): "100.00",
    }
    assert links(flow, source="pool:") == {
        ("pool:labour", "cost_object:COMPUTE"): "630.00",
        ("pool:labour", "cost_object:NETWORK"): "210.00",
        ("pool:software", "cost_object:COMPUTE"): "100.00",
    }
    assert links(flow, target="remainder:") == {
        ("cost_object:COMPUTE", "remainder:retained"): "730.00",
        ("cost_object:NETWORK", "remainder:retained"): "210.00",
    }


async def test_towers_that_serve_one_another_leave_no_loop_in_the_flow(towers: Books) -> None:
    await run(towers, TOWERS, SERVICES, CONSUMERS)
    flow = await read(towers, "cost-flow", model="tbm")
    conserved(flow)
    both = {("cost_object:COMPUTE", "pool:compute"), ("pool:network", "cost_object:COMPUTE")}
    round_trip = {(each["source"], each["target"]): Decimal(each["went_round"]) for each in flow["links"]}
    assert len({round_trip.get(edge, Decimal(0)) for edge in both} - {Decimal(0)}) == 1
    consumed = [node for node in flow["nodes"] if node["kind"] == "consumer"]
    assert {node["code"] for node in consumed} == {"water", "harbour", "transit"}
    assert total(consumed, "amount_in") == Decimal("940.00")


async def test_what_is_not_served_and_what_is_idle_stay_visible(towers: Books) -> None:
    """COMPUTE's 730: of 10 units 8 are used, a fifth is idle. NETWORK's 210 have a driver that nobody has any of."""
    await towers.make("/v1/drivers", {"code": "none", "name": "None", "unit": "pieces"})
    used = {
        "code": "compute",
        "sources": {"codes": ["COMPUTE"]},
        "targets": {"codes": ["MAIL"]},
        "by": "fixed",
        "parts": {"MAIL": "8"},
        "capacity": "10",
    }
    unserved = {"code": "network", "sources": {"codes": ["NETWORK"]}, "targets": {"codes": ["MAIL"]}, "driver": "none"}
    await run(towers, TOWERS, {"code": "services", "method": "direct", "pools": [used, unserved]})
    flow = await read(towers, "cost-flow", model="tbm")
    conserved(flow)
    assert links(flow, target="remainder:") == {
        ("cost_object:COMPUTE", "remainder:idle"): "146.00",
        ("cost_object:NETWORK", "remainder:unallocated"): "210.00",
        ("cost_object:MAIL", "remainder:retained"): "584.00",
    }


async def test_charges_carry_what_services_bear_to_consumers(towers: Books) -> None:
    """MAIL bears 940 of others and 0.01 of its own; three consumers of 3, 2 and 1 are charged for it in whole cents."""
    await launched(towers.finance, "MAIL")
    await spend(towers, "own", "5200", "MAIL", "0.01")
    services = [
        {"code": code, "sources": {"codes": [code]}, "targets": {"codes": ["MAIL"]}, "by": "even"}
        for code in ("COMPUTE", "NETWORK")
    ]
    await run(towers, TOWERS, {"code": "services", "method": "direct", "pools": services})
    plan = {"code": "mail", "name": "Mail", "cost_objects": {"codes": ["MAIL"]}, "driver": "headcount"}
    await towers.make("/v1/charge-plans", {**plan, "basis": "full", "allocation_model": "tbm"})
    assert await refused(towers, "cost-flow", model="tbm", charge_plan="mail") == "finance.report.not-run"
    await towers.make("/v1/charge-runs", {"plan": "mail", **YEAR})
    flow = await read(towers, "cost-flow", model="tbm", charge_plan="mail")
    conserved(flow)
    assert links(flow, source="cost_object:MAIL") == {
        ("cost_object:MAIL", "consumer:water"): "470.00",
        ("cost_object:MAIL", "consumer:harbour"): "313.34",
        ("cost_object:MAIL", "consumer:transit"): "156.67",
    }


async def test_charges_beyond_what_a_service_bears_come_out_of_what_is_retained(towers: Books) -> None:
    """All of MAIL's gross cost goes to HOSTING, and is charged all the same."""
    await launched(towers.finance, "MAIL")
    await spend(towers, "own", "5200", "MAIL", "60.00")
    away = {"code": "mail", "sources": {"codes": ["MAIL"]}, "targets": {"codes": ["HOSTING"]}, "by": "even"}
    await run(towers, {"code": "services", "method": "direct", "pools": [away]})
    plan = {"code": "mail", "name": "Mail", "cost_objects": {"codes": ["MAIL"]}, "driver": "headcount"}
    await towers.make("/v1/charge-plans", plan)
    await towers.make("/v1/charge-runs", {"plan": "mail", **YEAR})
    flow = await read(towers, "cost-flow", model="tbm", charge_plan="mail")
    conserved(flow)
    assert links(flow, source="remainder:") == {("remainder:retained:back", "cost_object:MAIL"): "60.00"}


async def test_credits_flow_back_and_what_was_posted_since_the_run_is_said_to_be(towers: Books) -> None:
    await towers.post(entry("credit", lines=[line("5200", "-15.00", cost_object="LAB"), line("2000", "15.00")]))
    await run(towers, TOWERS)
    await spend(towers, "late", "5100", "IT", "7.00")
    await towers.post(entry("nobody", lines=[line("5100", "5.00"), line("2000", "-5.00")]))
    flow = await read(towers, "cost-flow", model="tbm")
    conserved(flow)
    assert links(flow)["cost_object:LAB", "nature:Software:back"] == "15.00"
    assert links(flow)["cost_object:IT", "remainder:difference:back"] == "7.00"
    assert links(flow)["nature:Labour", "remainder:unassigned"] == "5.00"


async def test_the_smaller_ones_are_gathered_and_nothing_is_lost(towers: Books) -> None:
    await run(towers, TOWERS, SERVICES, CONSUMERS)
    flow = await read(towers, "cost-flow", model="tbm", most=1)
    conserved(flow)
    nodes = {node["id"]: node for node in flow["nodes"]}
    assert nodes["others:consumer"]["gathered"] == 2
    assert nodes["others:consumer"]["name"] == "2 other consumers"
    assert total([node for node in flow["nodes"] if node["kind"] == "consumer"], "amount_in") == Decimal("940.00")


async def test_a_year_is_made_up_of_the_runs_of_its_halves_until_it_has_one_of_its_own(towers: Books) -> None:
    await towers.make(
        "/v1/allocation-models", {"code": "tbm", "name": "T", "effective_from": "2025-04-01", "layers": [TOWERS]}
    )
    halves = [("2025-04-01", "2025-10-01"), ("2025-10-01", "2026-04-01")]
    for starts_on, ends_on in halves[:1]:
        await towers.make("/v1/allocation-runs", {"model": "tbm", "starts_on": starts_on, "ends_on": ends_on})
    assert await refused(towers, "cost-flow", model="tbm") == "finance.report.not-run"
    await towers.make("/v1/allocation-runs", {"model": "tbm", "starts_on": halves[1][0], "ends_on": halves[1][1]})
    flow = await read(towers, "cost-flow", model="tbm")
    conserved(flow)
    assert len(flow["allocation_run_ids"]) == 2
    assert links(flow, source="pool:software") == {("pool:software", "cost_object:COMPUTE"): "100.00"}
    await follow(towers, "cost-flow", [each["explain"] for each in (*flow["links"], *flow["nodes"])])
    made = await towers.make("/v1/allocation-runs", {"model": "tbm", **YEAR})
    assert (await read(towers, "cost-flow", model="tbm"))["allocation_run_ids"] == [made["id"]]


async def test_links_and_nodes_lead_to_what_they_are_made_of(towers: Books) -> None:
    await run(towers, TOWERS, SERVICES, CONSUMERS)
    told = await in_each_form(towers, "cost-flow", "links", model="tbm")
    flow = await read(towers, "cost-flow", model="tbm")
    found = await follow(towers, "cost-flow", [each["explain"] for each in (*told, *flow["nodes"])])
    for each in told:
        if each["source"].startswith("pool:") and each["target"].startswith("c"):
            (said,) = found[each["explain"]]["items"]
            assert Decimal(said["amount"]) == Decimal(each["amount"]) + Decimal(each["went_round"])
        if each["source"].startswith("nature:"):
            assert len(found[each["explain"]]["items"]) == 1


async def test_what_is_posted_meanwhile_is_in_all_of_the_flow_or_in_none_of_it(towers: Books) -> None:
    await run(towers, TOWERS)
    postings = [spend(towers, f"at-once-{number}", "5200", "MAIL", "1.00") for number in range(40)]
    reads = [read(towers, "cost-flow", model="tbm") for _ in range(20)]
    _, *flows = await gather(gather(*postings), *reads)
    for flow in flows:
        conserved(flow)
    conserved(await read(towers, "cost-flow", model="tbm"))


def test_a_flow_that_loses_something_is_not_told() -> None:
    pool, service = Node("pool:a", NodeKind.POOL, "a", "a", "."), Node("c", NodeKind.CONSUMER, "c", "c", ".")
    flow = Flow()
    flow.add(pool, service, Decimal("0.01"), ".")
    with pytest.raises(NotConserved):
        flow.told()


async def test_a_model_or_plan_that_is_not_there_is_refused(towers: Books) -> None:
    await run(towers, TOWERS)
    assert await refused(towers, "cost-flow", model="none") == "finance.allocation-model.unknown"
    assert await refused(towers, "cost-flow", model="tbm", charge_plan="none") == "finance.charge-plan.unknown"
    assert await refused(towers, "cost-flow", model="tbm", ends_on="2025-10-01") == "finance.report.not-run"


@pytest.mark.skipif(not DATA, reason="STEWARD_DATA is not set: NOT CHECKED against a real provider's costs")
@pytest.mark.parametrize("method", ["direct", "step_down", "reciprocal"])
async def test_a_real_year_flows_to_seven_programs_as_published(provider: Books, method: str) -> None:
    order = expected()["full_cost_2023_24"]["step_down"]["order"]
    assert adds_up(await carried(provider, layer(method, order, two_drivers=True)))
    flow = await read(provider, "cost-flow", model="full", most=50, **REAL_YEAR)
    conserved(flow)
    assert flow["cost_in"] == expected()["full_cost_2023_24"]["gross_total"]
    ends = links(flow, target="remainder:")
    assert {target for _, target in ends} == {"remainder:retained"}
    borne = {source.partition(":")[2]: round(Decimal(amount), 2) for (source, _), amount in ends.items()}
    published = expected()["full_cost_2023_24_two_drivers"][method]
    assert borne == {code: Decimal(published[code]) for code in borne}
    assert borne.keys() == {f"BYE0{number}" for number in range(1, 8)}
