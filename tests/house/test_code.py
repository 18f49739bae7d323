"""All code of the house keeps the rules of the house."""

from pathlib import Path

import pytest

from tests.house import rules
from tests.house.rules import Module, Rule

ROOT = Path(__file__).parents[2]
SOURCES = (*sorted(ROOT.glob("services/*/src")), ROOT / "gateway/src", ROOT / "deploy/standalone/src")
ON_THE_CHASSIS = {"portfolio", "finance", "strategy", "gateway"}


def modules(folder: Path) -> list[Module]:
    return [Module(path.relative_to(folder).as_posix(), path.read_text()) for path in sorted(folder.rglob("*.py"))]


CODE = [module for folder in SOURCES for module in modules(folder)]
TESTS = modules(ROOT / "tests")
NOUNS = {path.parent.name for folder in SOURCES for path in folder.glob("*/*/model.py")}


def test_there_is_code_to_check() -> None:
    assert {module.package for module in CODE} >= {"chassis", "gateway", "standalone"} | ON_THE_CHASSIS
    assert NOUNS


@pytest.mark.parametrize("rule", [rules.is_documented, rules.is_short])
def test_every_module_is_short_and_says_what_it_is_for(rule: Rule) -> None:
    assert [breach for module in CODE + TESTS for breach in rule(module)] == []


def test_no_name_is_that_of_a_layer() -> None:
    assert [breach for module in CODE for breach in rules.names_no_layer(module, NOUNS)] == []


def test_only_the_chassis_opens_sessions_commits_or_publishes() -> None:
    outside = [module for module in CODE if module.package in ON_THE_CHASSIS]
    assert [breach for module in outside for breach in rules.leaves_the_edge_to_the_chassis(module)] == []


@pytest.mark.parametrize("rule", [rules.names_its_facts, rules.has_one_noun])
def test_one_noun_runs_through_folder_class_table_and_fact(rule: Rule) -> None:
    assert [breach for module in CODE for breach in rule(module)] == []
