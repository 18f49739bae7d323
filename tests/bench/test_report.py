"""What the README says of speed is what was measured last."""

from pathlib import Path
from re import findall

from tests.bench.report import RESULTS, summary


def test_the_readme_shows_the_ratios_that_were_kept() -> None:
    assert summary() in Path("README.md").read_text(), 'put what make bench ARGS="--summary" prints into the README'


def test_every_curve_in_the_readme_is_there() -> None:
    for line in Path("README.md").read_text().splitlines():
        for name in findall(r"\(tests/bench/results/(\w+\.svg)\)", line):
            assert (RESULTS / name).exists(), name
