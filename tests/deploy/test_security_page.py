"""What the page on security promises: each proof is a test that is there, and no risk of the list is left out."""

import ast
from pathlib import Path
from re import findall

import pytest

PAGE = Path("deploy/SECURITY.md").read_text()
PROOFS = sorted(set(findall(r"`([a-z_/]+\.py)(?:::(test_\w+))?`", PAGE)))


@pytest.mark.parametrize(("file", "test"), PROOFS)
def test_a_proof_is_a_test_that_is_there(file: str, test: str) -> None:
    tree = ast.parse((Path("tests") / file).read_text())
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert any(name.startswith("test_") for name in names)
    assert not test or test in names


def test_every_risk_is_answered_with_a_proof() -> None:
    for number in range(1, 11):
        (row,) = findall(rf"^\| API{number} .*$", PAGE, flags=8)
        assert "`" in row.split("|")[3]


def test_no_requirement_is_both_met_and_not() -> None:
    met, not_met = (set(findall(r"V\d+\.\d+\.\d+", part)) for part in PAGE.split("## Not met"))
    assert len(met) > 60
    assert not_met
    assert not met & not_met
