"""Layers on real books: pools to towers to services to consumers, explained from the last amount to the first entry."""

from decimal import Decimal
from typing import Any

import pytest

from tests.finance.books import Books, entry, line
from tests.finance.charge_run.test_charge_run import customer

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}
MODEL = {"code": "tbm", "name": "From cost pools to consumers", "effective_from": "2025-04-01"}
TOWERS = {
    "code": "towers",
    "method": "direct",
    "pools": [
        {
            "code": "labour",
            "sources": {"kinds": ["cost_center"], "natures": ["Labour"]},
            "targets": {"codes": ["COMPUTE", "NETWORK"]},
            "by": "fixed",
            "parts": {"COMPUTE": "3", "NETWORK": "1"},
        },
        {
            "code": "software",
            "sources": {"kinds": ["cost_center"], "natures": ["Software"]},
            "targets": {"codes": ["COMPUTE"]},
            "by": "even",
        },
    ],
}
SERVICES = {
    "code": "services",
    "method": "reciprocal",
    "pools": [
        {
            "code": "compute",
            "sources": {"codes": ["COMPUTE"]},
            "targets": {"codes": ["NETWORK", "MAIL", "HOSTING"]},
            "by": "fixed",
            "parts": {"NETWORK": "2", "MAIL": "2", "HOSTING": "6"},
        },
        {
            "code": "network",
            "sources": {"codes": ["NETWORK"]},
            "targets": {"codes": ["COMPUTE", "MAIL", "HOSTING"]},
            "driver": "traffic",
        },
    ],
}
CONSUMERS = {
    "code": "consumers",
    "method": "direct",
    "pools": [
        {
            "code": "mail",
            "sources": {"codes": ["MAIL"]},
            "targets": {"every_consumer": True},
            "driver": "headcount",
        },
        {
            "code": "hosting",
            "sources": {"codes": ["HOSTING"]},
            "targets": {"consumers": ["water", "harbour"]},
            "by": "fixed",
            "parts": {"water": "1", "harbour": "2"},
        },
    ],
}


@pytest.fixture
async def towers(books: Books) -> Books:
    """IT costs 800.00 in salaries and 100.00 in licences, LAB 40.00 in salaries; three consumers of 3, 2 and 1."""
    for code, kind in (("IT", "cost_center"), ("LAB", "cost_center"), ("COMPUTE", "tower"), ("NETWORK", "tower")):
        await books.make("/v1/cost-objects", {"code": code, "name": code.title(), "kind": kind})
    await books.make("/v1/drivers", {"code": "traffic", "name": "Traffic", "unit": "TB", "kind": "flow"})
    rows = ["driver,cost_object,valid_from,quantity", "traffic,COMPUTE,2025-04-01,1", "traffic,COMPUTE,2025-05-01,1"]
    await load(books, [*rows, "traffic,MAIL,2025-06-01,3", "traffic,HOSTING,2026-03-31,5", "traffic,MAIL,2026-04-01,9"])
    for name, headcount in (("Water", "3"), ("Harbour", "2"), ("Transit", "1")):
        await customer(books.finance, name, headcount)
    await spend(books, "it-salaries", "5100", "IT", "800.00")
    await spend(books, "it-licences", "5200", "IT", "100.00")
    await spend(books, "lab", "5100", "LAB", "40.00")
    return books


async def load(books: Books, rows: list[str]) -> None:
    content = "\n".join(rows) + "\n"
    answer = await books.client.post(
        "/v1/driver-quantity-imports", content=content, headers={"Content-Type": "text/csv"}
    )
    assert answer.json()["rejected"] == 0, answer.text


async def spend(books: Books, reference: str, account: str, cost_object: str, amount: str) -> None:
    lines = [line(account, amount, cost_object=cost_object), line("2000", f"-{amount}")]
    assert (await books.post(entry(reference, lines=lines))).status_code == 201


async def run(books: Books, *layers: dict[str, Any]) -> str:
    await books.make("/v1/allocation-models", {**MODEL, "layers": list(layers)})
    made = await books.make("/v1/allocation-runs", {"model": "tbm", **YEAR})
    return f"/v1/allocation-runs/{made['id']}"


async def items(books: Books, path: str, by: str) -> dict[str, dict[str, Any]]:
    answer = await books.client.get(path)
    assert answer.status_code == 200, answer.text
    return {row[by]: row for row in answer.json()["items"]}


async def told(books: Books, path: str) -> dict[str, Any]:
    answer = await books.client.get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_cost_goes_from_natures_to_towers_to_services_to_consumers(towers: Books) -> None:
    """COMPUTE gets 630 + 100, NETWORK 210. x = 730 + y/5 and y = 210 + x/5 give 804.1667 and 370.8333, of which MAIL
    gets 272.0833 and HOSTING 667.9167; Water 3/6 of the one and 1/3 of the other."""
    path = await run(towers, TOWERS, SERVICES, CONSUMERS)
    rows = await items(towers, f"{path}/objects", "cost_object_code")
    assert {code: row["full"] for code, row in rows.items()} == dict.fromkeys(rows, "0.00")
    assert (rows["COMPUTE"]["given"], rows["NETWORK"]["given"]) == ("804.17", "370.83")
    consumers = await items(towers, f"{path}/consumers", "consumer_code")
    assert {code: row["amount"] for code, row in consumers.items()} == {
        "water": "358.68",
        "harbour": "535.97",
        "transit": "45.35",
    }
    assert sum(Decimal(row["amount"]) for row in consumers.values()) == 940


async def test_a_consumers_amount_leads_to_the_entries_behind_it_and_these_lead_down_again(towers: Books) -> None:
    path = await run(towers, TOWERS, SERVICES, CONSUMERS)
    water = await told(towers, f"{path}/explanation?consumer=water")
    assert [share["pool"] for share in water["shares"]] == ["hosting", "mail"]
    assert (water["shares"][1]["driver_quantity"], water["shares"][1]["used"]) == ("3", "6")
    assert {origin["cost_object_code"] for origin in water["origins"]} == {"IT", "LAB"}
    assert sum(Decimal(origin["amount"]) for origin in water["origins"]) == Decimal(water["received"])
    assert Decimal(water["received"]) + Decimal(water["rounding"]) == Decimal(water["amount"])
    it = await told(towers, f"{path}/bearers?cost_object=IT")
    assert (it["own"], it["bearer_count"]) == ("900.00", 3)
    assert sum(Decimal(bearer["amount"]) for bearer in it["bearers"]) == 900
    down = next(bearer["amount"] for bearer in it["bearers"] if bearer["consumer_code"] == "water")
    up = next(origin["amount"] for origin in water["origins"] if origin["cost_object_code"] == "IT")
    assert abs(Decimal(down) - Decimal(up)) < Decimal("1e-9")
    entries = await items(towers, f"{path}/entries?cost_object=IT", "reference")
    assert {reference: row["expense"] for reference, row in entries.items()} == {
        "it-salaries": "800.00",
        "it-licences": "100.00",
    }
    assert [
        account["amount"] for account in (await told(towers, f"{path}/explanation?cost_object=IT"))["accounts"]
    ] == [
        "800.00",
        "100.00",
    ]


async def test_what_a_tower_received_is_told_with_what_went_round(towers: Books) -> None:
    path = await run(towers, TOWERS, SERVICES)
    network = await told(towers, f"{path}/explanation?cost_object=NETWORK")
    assert {share["pool"]: share["amount"] for share in network["shares"]}["labour"] == "210.00"
    assert Decimal(network["received"]) == Decimal(network["given"])
    assert sum(Decimal(origin["amount"]) for origin in network["origins"]) == Decimal(network["received"])


async def test_a_flow_counts_what_is_dated_in_the_range(towers: Books) -> None:
    path = await run(towers, TOWERS, SERVICES)
    lines = await items(towers, f"{path}/lines?pool=network", "cost_object_code")
    assert {code: row["driver_quantity"] for code, row in lines.items() if row["role"] == "target"} == {
        "COMPUTE": "2",
        "MAIL": "3",
        "HOSTING": "5",
    }


async def test_idle_capacity_is_left_spread_or_shown_on_a_line_of_its_own(towers: Books) -> None:
    await towers.make("/v1/cost-objects", {"code": "IDLE", "name": "Idle capacity", "kind": "cost_center"})
    one = {"code": "lab", "sources": {"codes": ["LAB"]}, "targets": {"codes": ["MAIL", "HOSTING"]}, "driver": "traffic"}
    shown = {**one, "capacity": "10", "idle": "show", "idle_to": "IDLE"}
    path = await run(towers, {"code": "lab", "method": "direct", "pools": [shown]})
    rows = await items(towers, f"{path}/objects", "cost_object_code")
    assert {code: row["full"] for code, row in rows.items()} == {
        "HOSTING": "20.00",
        "IDLE": "8.00",
        "LAB": "0.00",
        "MAIL": "12.00",
    }
    (pool,) = (await items(towers, f"{path}/pools", "pool")).values()
    assert (pool["cost"], pool["given"], pool["kept"], pool["idle"]) == ("40.00", "40.00", "0.00", "8.00")
    assert (pool["used"], pool["capacity"], pool["served"], pool["unmeasured"]) == ("8", "10", 2, 0)
    lines = await items(towers, f"{path}/lines", "cost_object_code")
    assert (lines["IDLE"]["role"], lines["IDLE"]["amount"]) == ("idle", "8.00")
    for idle, full in (("leave", "12.00"), ("spread", "15.00")):
        await revise(towers, {"code": "lab", "method": "direct", "pools": [{**one, "capacity": "10", "idle": idle}]})
        made = await towers.make("/v1/allocation-runs", {"model": "tbm", **YEAR})
        rows = await items(towers, f"/v1/allocation-runs/{made['id']}/objects", "cost_object_code")
        assert rows["MAIL"]["full"] == full
        assert rows["LAB"]["full"] == made["unallocated"]


async def revise(books: Books, *layers: dict[str, Any]) -> None:
    model = (await books.client.get("/v1/allocation-models")).json()["items"][0]
    answer = await books.client.post(
        f"/v1/allocation-models/{model['id']}/revisions",
        json={"effective_from": "2025-04-01", "layers": list(layers)},
        headers={"If-Match": f'"{model["version"]}"'},
    )
    assert answer.status_code == 201, answer.text


async def test_what_a_pool_could_not_hand_on_is_there_for_a_later_layer(towers: Books) -> None:
    left = {"code": "left", "sources": {"codes": ["LAB"]}, "targets": {"codes": ["MAIL"]}, "driver": "nothing"}
    await towers.make("/v1/drivers", {"code": "nothing", "name": "Never measured", "unit": "each"})
    swept = {**left, "code": "swept", "by": "even"}
    del swept["driver"]
    path = await run(
        towers,
        {"code": "first", "method": "direct", "pools": [left]},
        {"code": "last", "method": "direct", "pools": [swept]},
    )
    made = await told(towers, path)
    assert (made["cost_in"], made["allocated"], made["unallocated"]) == ("40.00", "40.00", "0.00")
    pools = await items(towers, f"{path}/pools", "pool")
    assert (pools["left"]["kept"], pools["left"]["unmeasured"], pools["swept"]["given"]) == ("40.00", 1, "40.00")
    mail = await told(towers, f"{path}/explanation?cost_object=MAIL")
    assert [(origin["cost_object_code"], origin["amount"]) for origin in mail["origins"]] == [("LAB", "40.00")]


async def test_a_preview_keeps_nothing_and_says_what_a_run_would_change(towers: Books) -> None:
    path = await run(towers, TOWERS)
    await spend(towers, "more", "5200", "LAB", "60.00")
    answer = await towers.client.post("/v1/allocation-previews", json={"model": "tbm", **YEAR})
    preview = answer.json()
    assert answer.status_code == 200, preview
    assert (preview["cost_in"], preview["unallocated"], preview["changed"]) == ("1000.00", "0.00", 1)
    (change,) = preview["changes"]
    assert (change["cost_object_code"], change["before"], change["now"], change["difference"]) == (
        "COMPUTE",
        "730.00",
        "790.00",
        "60.00",
    )
    assert f"/v1/allocation-runs/{preview['replaces_run_id']}" == path
    assert len((await towers.client.get("/v1/allocation-runs?current=false")).json()["items"]) == 1
    assert (await items(towers, f"{path}/objects", "cost_object_code"))["COMPUTE"]["full"] == "730.00"


async def test_who_has_ended_before_the_range_receives_nothing(towers: Books) -> None:
    ended = {"code": "OLD", "name": "Old tower", "kind": "tower", "opened_on": "2024-01-01", "closed_on": "2025-04-01"}
    await towers.make("/v1/cost-objects", ended)
    pool = {"code": "lab", "sources": {"codes": ["LAB"]}, "targets": {"codes": ["OLD", "MAIL"]}, "by": "even"}
    path = await run(towers, {"code": "lab", "method": "direct", "pools": [pool]})
    assert (await items(towers, f"{path}/objects", "cost_object_code"))["MAIL"]["full"] == "40.00"


LAB = {"code": "lab", "sources": {"codes": ["LAB"]}, "targets": {"codes": ["MAIL"]}, "by": "even"}


@pytest.mark.parametrize(
    ("pools", "code"),
    [
        ([LAB, {**LAB, "code": "again"}], "source-twice"),
        ([LAB, {**LAB, "code": "again", "sources": {"codes": ["LAB"], "natures": ["Labour"]}}], "source-twice"),
        ([{**LAB, "targets": {"codes": ["NOBODY"]}}], "unknown-party"),
        ([{**LAB, "by": "fixed", "parts": {"NOBODY": "1"}}], "unknown-party"),
        ([{**LAB, "capacity": "2", "idle": "show", "idle_to": "LAB"}], "source-is-target"),
        ([{**LAB, "targets": {"codes": ["MAIL"]}, "by": "spend"}], "negative-driver"),
    ],
)
async def test_rules_that_would_lose_or_double_cost_are_refused(
    towers: Books, pools: list[dict[str, Any]], code: str
) -> None:
    credit = [line("5200", "-5.00", cost_object="MAIL"), line("2000", "5.00")]
    assert (await towers.post(entry("credit", lines=credit))).status_code == 201
    layer = {"code": "one", "method": "direct", "pools": pools}
    await towers.make("/v1/allocation-models", {**MODEL, "layers": [layer]})
    for path in ("/v1/allocation-runs", "/v1/allocation-previews"):
        answer = await towers.client.post(path, json={"model": "tbm", **YEAR})
        assert (answer.status_code, answer.json()["code"]) == (409, f"finance.allocation-run.{code}"), answer.text


async def test_a_loop_that_nothing_leaves_is_refused_with_its_pools(towers: Books) -> None:
    pools = [
        {**LAB, "code": "it", "sources": {"codes": ["IT"]}, "targets": {"codes": ["LAB"]}},
        {**LAB, "targets": {"codes": ["IT"]}},
    ]
    await towers.make(
        "/v1/allocation-models", {**MODEL, "layers": [{"code": "loop", "method": "reciprocal", "pools": pools}]}
    )
    answer = await towers.client.post("/v1/allocation-runs", json={"model": "tbm", **YEAR})
    assert (answer.status_code, answer.json()["code"]) == (409, "finance.allocation-run.loop-without-leak")
    assert answer.json()["pools"] == ["it", "lab"]


@pytest.mark.parametrize(
    "changes",
    [
        {"by": "measured"},
        {"driver": "traffic"},
        {"parts": {"MAIL": "1"}},
        {"by": "fixed"},
        {"by": "fixed", "parts": {"MAIL": "-1"}},
        {"capacity": "0"},
        {"idle": "spread"},
        {"capacity": "1", "idle": "show"},
        {"idle_to": "MAIL"},
        {"sources": {"natures": ["Labour"]}},
        {"targets": {}},
        {"targets": {"codes": ["MAIL"], "every_consumer": True}},
        {"targets": {"every_consumer": True}, "by": "spend"},
    ],
)
async def test_a_pool_that_contradicts_itself_is_refused(towers: Books, changes: dict[str, Any]) -> None:
    layer = {"code": "one", "method": "direct", "pools": [{**LAB, **changes}]}
    answer = await towers.client.post("/v1/allocation-models", json={**MODEL, "layers": [layer]})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_only_the_last_layer_has_consumers(towers: Books) -> None:
    for layers in ([CONSUMERS, TOWERS], [], [TOWERS, TOWERS]):
        answer = await towers.client.post("/v1/allocation-models", json={**MODEL, "layers": layers})
        assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


async def test_who_took_no_part_has_nothing_to_explain(towers: Books) -> None:
    path = await run(towers, TOWERS)
    for query, status in (("cost_object=MAIL", 404), ("consumer=water", 404), ("", 422)):
        assert (await towers.client.get(f"{path}/explanation?{query}")).status_code == status
    assert (await towers.client.get(f"{path}/bearers?cost_object=NOBODY")).status_code == 404
    assert (await told(towers, f"{path}/bearers?cost_object=MAIL"))["bearers"] == []
