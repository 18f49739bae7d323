"""`python -m tests.bench [case ...]`: measures Steward against bare engines and peers, prints and keeps figures."""

import argparse
from collections.abc import Callable, Coroutine
from importlib import import_module
from pathlib import Path
from typing import Any

import uvloop

from chassis.telemetry import configure_logging
from tests.bench.measure import Comparison, Effort, Measured
from tests.bench.report import keep, summary, table

Case = Callable[[Effort], Coroutine[Any, Any, Measured]]

CASES = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if "\nasync def measure(" in file.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="case", help=f"of {', '.join(CASES)}; all without one")
    parser.add_argument("--seconds", type=float, default=Effort.seconds, help="of each turn")
    parser.add_argument("--pairs", type=int, default=Effort.pairs, help="of turns")
    parser.add_argument("--summary", action="store_true", help="measure nothing, show the ratios that were kept")
    arguments = parser.parse_args()
    if arguments.summary:
        print(summary())
        return
    if unknown := set(arguments.cases) - set(CASES):
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    configure_logging("ERROR")
    effort, comparisons = Effort(arguments.seconds, arguments.pairs), list[Comparison]()
    for name in arguments.cases or CASES:
        case: Case = import_module(f"tests.bench.{name}").measure
        print(f"{name} ...", flush=True)
        measured = uvloop.run(case(effort))
        keep(name, measured)
        print(table(measured.comparisons), flush=True)
        if measured.not_installed:
            print(f"Not installed, so not compared: {', '.join(measured.not_installed)}. Next: make peers")
        comparisons += measured.comparisons
    print(f"\n{table(comparisons)}")


if __name__ == "__main__":
    main()
