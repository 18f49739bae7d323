"""Layers on real books: pools to towers to services to consumers, explained from the last amount to the first entry."""

from decimal import Decimal

from tests.finance.allocation_run.towers import (
    CONSUMERS,
    SERVICES,
    TOWERS,
    YEAR,
    items,
    revise,
    run,
    spend,
    told,
)
from tests.finance.books import Books


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
