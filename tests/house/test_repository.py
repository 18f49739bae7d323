"""The repository holds what the layout names, depends on nobody's machine, and pins what its packages ask for."""

import tomllib

import pytest

from tests.house.repository import ROOT, addresses, files, readable, strangers

PACKAGES = [
    "services/chassis",
    "services/portfolio",
    "services/finance",
    "services/strategy",
    "gateway",
    "deploy/standalone",
]


def test_the_top_level_is_fixed() -> None:
    assert strangers(files()) == set()


def test_a_new_top_level_folder_is_found() -> None:
    assert strangers(["docs/index.md", "services/x.py", "notes.txt"]) == {"docs", "notes.txt"}


def test_no_file_names_a_machine_or_a_package_index() -> None:
    assert [line for path in files() for line in addresses(path, readable(path))] == []


@pytest.mark.parametrize(
    "line", ["cd /wo~rk/main", "'/ho~me/ada/steward'", "https://py~pi.org/simple", "--inde~x-url x"]
)
def test_a_machine_path_or_an_index_address_is_found(line: str) -> None:
    assert len(list(addresses("x", "first\n" + line.replace("~", "")))) == 1


@pytest.mark.parametrize("line", ["https://example.org/work/x", "/v1/work", "$HOME/root/x", "/readyz"])
def test_other_paths_pass(line: str) -> None:
    assert list(addresses("x", line)) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_locks_cover_what_each_package_asks_for(package: str) -> None:
    asked = tomllib.loads((ROOT / package / "pyproject.toml").read_text())["project"]["dependencies"]
    locked = [line for name in ("runtime", "standalone") for line in readable(f"requirements/{name}.in").splitlines()]
    assert {line for line in asked if not line.startswith("steward-")} <= set(locked)
