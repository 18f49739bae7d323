"""Writes and checks the contract files of the whole platform: `python -m standalone.contracts write | check`."""

import argparse
import sys
from pathlib import Path

from chassis.compatibility import breaking_files
from chassis.contracts import Documents, checked_in, documents, drift, write
from gateway.app import contract_app
from standalone.manifests import SERVICES

FOLDER = Path("contracts")


def generated() -> Documents:
    """What the code promises now."""
    return documents(SERVICES, {"gateway": contract_app()})


def _write(folder: Path, reason: str | None) -> int:
    files = generated()
    broken = breaking_files(checked_in(folder), files)
    for sentence in broken:
        print(sentence)
    if broken and not reason:
        print('Others rely on this. Keep it, add a new version beside it, or say why: write --breaking "reason"')
        return 1
    write(folder, files)
    if broken:
        print(f"Written. For CHANGELOG.md: {reason}")
    return 0


def _check(folder: Path) -> int:
    differing = drift(folder, generated())
    for path in differing:
        print(f"{folder / path} is not what the code says")
    if differing:
        print("Run make contracts, and read the diff as your users will.")
    return 1 if differing else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m standalone.contracts", description=__doc__)
    parser.add_argument("action", choices=["write", "check"])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--breaking", metavar="REASON", help="write although it breaks what others rely on")
    asked = parser.parse_args()
    return _write(asked.folder, asked.breaking) if asked.action == "write" else _check(asked.folder)


if __name__ == "__main__":
    sys.exit(main())
