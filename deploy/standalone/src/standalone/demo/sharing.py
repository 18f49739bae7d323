"""Internal services allocated to programs by staff, programs charged to departments by headcount, and why."""

import csv
import io
from decimal import Decimal

from chassis.money import rounded
from standalone.client import Steward
from standalone.demo.billing import PROGRAM
from standalone.demo.books import CHARGED
from standalone.demo.portfolio import load
from standalone.demo.published import YEAR, Published
from standalone.demo.report import Report


async def allocation(caller: Steward, published: Published, report: Report) -> None:
    await caller.post("/finance/v1/drivers", {"code": "fte", "name": "Staff", "unit": "full-time equivalents"})
    ftes = published.read("ssc_program_ftes.csv")
    await load(caller, "/finance/v1/driver-quantity-imports", ftes, "program-ftes")
    pool = {
        "code": "internal-services",
        "sources": {"kinds": ["cost_center"]},
        "targets": {"kinds": ["program"], "codes": ["BYE02", "BYE03"]},
        "driver": "fte",
    }
    model = {"code": "full-cost", "name": "Full cost of programs", "effective_from": "2023-04-01", "pools": [pool]}
    await caller.post("/finance/v1/allocation-models", model)
    run = await caller.post("/finance/v1/allocation-runs", {"model": "full-cost", **YEAR})
    objects = await caller.every(f"/finance/v1/allocation-runs/{run['id']}/objects")
    full = {row["cost_object_code"]: Decimal(row["full"]) for row in objects}
    expected = published.expected["full_cost_2023_24"]
    report.tie("what went in and came out (CAD)", Decimal(expected["gross_total"]), sum(full.values(), Decimal(0)))
    report.tie("left unallocated", Decimal(0), Decimal(run["unallocated"]))
    for program, amount in expected["direct"]["full_cost"].items():
        report.tie(f"full cost of {program}", Decimal(amount), full[program])


async def methods(caller: Steward, published: Published, report: Report) -> None:
    """Internal services by two drivers and three methods; each figure shown to the cent for itself, as published."""
    expected = published.expected["full_cost_2023_24_two_drivers"]
    order = published.expected["full_cost_2023_24"]["step_down"]["order"]
    pools = [
        {
            "code": code,
            "sources": {"codes": [code]},
            "targets": {"codes": [*order, *expected["direct"]]},
            **({"by": "spend"} if code in SHARED_BY_SPEND else {"driver": "fte"}),
        }
        for code in order
    ]
    for method in ("direct", "step_down", "reciprocal"):
        layers = [{"code": "internal-services", "method": method, "pools": pools}]
        model = {"code": f"by-{method}", "name": f"Full cost, {method}", "effective_from": "2023-04-01"}
        await caller.post("/finance/v1/allocation-models", {**model, "layers": layers})
        run = await caller.post("/finance/v1/allocation-runs", {"model": model["code"], **YEAR})
        objects = await caller.every(f"/finance/v1/allocation-runs/{run['id']}/objects")
        exact = {row["cost_object_code"]: rounded(Decimal(row["exact"]), "CAD") for row in objects}
        for program, amount in expected[method].items():
            report.tie(f"{program}, {method}", Decimal(amount), exact[program], quiet=program != "BYE02")


async def charges(caller: Steward, published: Published, report: Report) -> None:
    for program in CHARGED:
        plan = {"code": f"{program}-by-headcount", "name": f"{program} by headcount", "driver": "headcount"}
        mode = "chargeback" if program == PROGRAM else "showback"
        await caller.post("/finance/v1/charge-plans", {**plan, "mode": mode, "cost_objects": {"codes": [program]}})
        run = await caller.post("/finance/v1/charge-runs", {"plan": plan["code"], **YEAR})
        issued = await caller.every("/finance/v1/charges", run_id=run["id"])
        found = {charge["consumer_name"]: Decimal(charge["total"]) for charge in issued}
        oracle = published.rows(f"oracle_charge_{program}_2023_24_by_headcount.csv")
        expected = {row["department"]: Decimal(row["amount_cad"]) for row in oracle}
        gross = published.expected["charge_by_headcount_2023_24"]["programs"][program]["gross_cost"]
        report.tie(f"{program} charged to {len(found)} departments", Decimal(gross), Decimal(run["total"]))
        for department, amount in expected.items():
            report.tie(f"{program}, {department}", amount, found.get(department), quiet=True)
        report.say(f"  of which Canada Revenue Agency {found['Canada Revenue Agency']:,}")


async def service_costs(caller: Steward, report: Report) -> None:
    """Telecommunications is not accounted service by service: its three services bear it in equal parts."""
    await caller.post("/finance/v1/drivers", {"code": "even", "name": "Equal parts", "unit": "parts"})
    rows = io.StringIO()
    out = csv.writer(rows)
    out.writerow(["driver", "cost_object", "valid_from", "quantity"])
    out.writerows(("even", code, "2023-04-01", 1) for code in TELECOM_SERVICES)
    await caller.load_whole("/finance/v1/driver-quantity-imports", rows.getvalue().encode())
    pool = {
        "code": "telecommunications",
        "sources": {"codes": ["BYE04"]},
        "targets": {"codes": list(TELECOM_SERVICES)},
        "driver": "even",
    }
    model = {"code": "services", "name": "Cost of services", "effective_from": "2023-04-01", "pools": [pool]}
    await caller.post("/finance/v1/allocation-models", model)
    await caller.post("/finance/v1/allocation-runs", {"model": "services", **YEAR})
    report.say(f"cost of program BYE04 in equal parts to {len(TELECOM_SERVICES)} services")


SHARED_BY_SPEND = ("ISS05", "ISS09", "ISS0Z")
TELECOM_SERVICES = ("GC-15", "GC-1989", "GC-34")
