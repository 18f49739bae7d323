"""The table of ratios for people, and the figures behind it for programs."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.chart import svg
from tests.bench.measure import Comparison, Measured

RESULTS = Path(__file__).parent / "results"
HEAD = (
    "| work | against | ours /s | theirs /s | CPU µs | theirs | by | ratio | lowest pair | goal |\n"
    "|---|---|--:|--:|--:|--:|---|--:|--:|--:|"
)


def keep(name: str, measured: Measured) -> None:
    """Writes what one case gave, over what it gave before: figures as JSON, each curve as SVG."""
    RESULTS.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    figures = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), **machine, **asdict(measured)}
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    for curve in measured.curves:
        (RESULTS / f"{curve.name}.svg").write_text(svg(curve), encoding="utf-8")


def table(comparisons: Sequence[Comparison]) -> str:
    return "\n".join([HEAD, *map(_row, comparisons)])


def _row(comparison: Comparison) -> str:
    ours, other = comparison.ours, comparison.other
    mark = "" if comparison.is_reached else " (not reached)"
    return (
        f"| {comparison.work} | {other.name} ({comparison.kind}) | {ours.rate:,.0f} | {other.rate:,.0f} "
        f"| {ours.cpu_microseconds:,.1f} | {other.cpu_microseconds:,.1f} | {comparison.by} "
        f"| {comparison.ratio:.2f} | {comparison.lowest:.2f} | {comparison.goal:g}{mark} |"
    )


def summary() -> str:
    """All that is kept, as the README shows it: what was compared, and the ratio beside its goal."""
    lines = ["| work | against | by | ratio | goal |", "|---|---|---|--:|--:|"]
    for file in sorted(RESULTS.glob("*.json")):
        for it in json.loads(file.read_text())["comparisons"]:
            goal = f"{it['goal']:g}" if it["ratio"] >= it["goal"] else f"{it['goal']:g}, not reached"
            by = "rate" if it["by"] == "rate" else "CPU time"
            lines.append(f"| {it['work']} | {it['other']['name']} ({it['kind']}) | {by} | {it['ratio']:.2f} | {goal} |")
    return "\n".join(lines)
