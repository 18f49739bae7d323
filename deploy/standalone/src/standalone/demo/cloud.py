"""A real cloud bill in FOCUS: a thousand rows of three providers, nothing lost, nothing rounded away."""

from decimal import Decimal

from standalone.client import Steward
from standalone.demo.published import Published
from standalone.demo.report import Report

RATE = "1.35"


async def bill(caller: Steward, published: Published, report: Report) -> None:
    """Effective cost in US dollars, kept at a stated rate in the year that the usage falls into."""
    expected = published.cloud_totals
    imported = await caller.load(
        "/finance/v1/cost-imports",
        published.cloud_bill,
        mapping="focus",
        source="cloud",
        view="effective",
        period="2024-25",
        balancing_account="FUNDING",
        default_account="SO5",
        rates=f"USD:{RATE}",
    )
    report.tie("rows read", expected["rows"], imported["read"])
    report.tie("rows accepted", expected["rows"] - len(imported["rejections"]), imported["accepted"])
    rows = await caller.every(f"/finance/v1/cost-imports/{imported['id']}/rows")
    effective = sum((Decimal(row["amount"]) for row in rows), Decimal(0))
    report.tie("effective cost (USD)", Decimal(expected["totals"]["EffectiveCost"]), effective)
    report.say(f"at {RATE} CAD per USD; {imported['unassigned']} rows wait for an assignment rule")
    for rejection in imported["rejections"][:5]:
        report.say(f"  rejected: line {rejection['line']}, {rejection['column']}: {rejection['reason']}")
