"""Operators can read what workers do without being asked."""

from pathlib import Path

import pytest

from standalone.manifests import SERVICES

PAGE = Path("deploy/README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("service", "chore"), [(manifest.name, chore.name) for manifest in SERVICES for chore in manifest.chores]
)
def test_every_chore_is_named_for_operators(service: str, chore: str) -> None:
    assert f"| {service} | {chore}" in PAGE
