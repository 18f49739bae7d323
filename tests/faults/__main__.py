"""`python -m tests.faults --seed N`: processes under load are struck at random; prints what became of it."""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

import uvloop

from chassis.telemetry import configure_logging
from tests.databases import scratch
from tests.faults.campaign import Campaign, Report
from tests.faults.site import Setting
from tests.faults.strikes import ALL, ON_SMALL_DISKS


async def _run(campaign: Campaign, home: Path) -> Report:
    with scratch() as folder:
        return await campaign.run(folder, home)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("strikes", nargs="*", metavar="strike", help=f"in this order; of {', '.join(ALL)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=40, help="of strikes, drawn by the seed if none are named")
    parser.add_argument("--patience", type=float, default=30, help="seconds for which things stay broken")
    parser.add_argument("--small-disks", action="store_true", help="which are then filled; needs root")
    arguments = parser.parse_args()
    if unknown := set(arguments.strikes) - set(ALL):
        parser.error(f"no such strike: {', '.join(sorted(unknown))}")
    possible = [name for name in ALL if arguments.small_disks or name not in ON_SMALL_DISKS]
    strikes = arguments.strikes or random.Random(arguments.seed).choices(possible, k=arguments.count)
    configure_logging("ERROR")
    setting = Setting(small_disks=arguments.small_disks)
    campaign = Campaign(seed=arguments.seed, strikes=strikes, patience=arguments.patience, setting=setting)
    home = Path(tempfile.mkdtemp(prefix="steward-faults-"))
    report = uvloop.run(_run(campaign, home))
    print(report)
    if not report.is_clean:
        sys.exit(f"What the processes said is in {home}")
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
