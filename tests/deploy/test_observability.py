"""Alerts, dashboard and runbook: of figures that are really exposed, each alert with a section that says what to do."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from re import findall, sub
from typing import Any

import httpx
import pytest
import yaml

from chassis.testing import service_under_test
from strategy.app import manifest
from tests.gateway.doors import door

FOLDER = Path("deploy/observability")
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
PANELS = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
QUERIES = [
    *((rule["alert"], rule["expr"]) for rule in RULES),
    *((panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]),
]
OF_PROMETHEUS = {"up"}


def series(query: str) -> set[str]:
    """The names in a query that are not functions, labels or words of the language."""
    bare = sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]', "", query)
    bare = sub(r"\b(by|on|ignoring)\s*\([^)]*\)", "", bare)
    return set(findall(r"\b[a-z_]+\b(?!\s*\()", bare)) - {"or", "and", "unless"}


def samples(figures: str) -> dict[str, set[str]]:
    """Name of each sample → its labels."""
    found: dict[str, set[str]] = {}
    for line in figures.splitlines():
        if not line.startswith("#"):
            name, _, rest = line.partition("{")
            found.setdefault(name.split()[0], set()).update(findall(r'(\w+)="', rest))
    return found


@pytest.fixture
async def exposed(service_dsn: Callable[[Any], str]) -> dict[str, set[str]]:
    """What a service and the gateway tell, once each has answered a request."""
    async with service_under_test(manifest, service_dsn("strategy")) as strategy:
        await strategy.client.get("/v1/needs")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(strategy.app), base_url="http://service") as scraper:
            of_service = (await scraper.get("/metrics")).text
    gateway = door()
    async with gateway.client() as caller:
        await caller.get("/portfolio/v1/services")
        of_gateway = (await caller.get("/metrics")).text
    return samples(of_service) | samples(of_gateway)


async def test_every_figure_that_is_asked_for_is_exposed(exposed: dict[str, set[str]]) -> None:
    for title, query in QUERIES:
        assert series(query), title
        assert series(query) <= exposed.keys() | OF_PROMETHEUS, title
        for by in findall(r"\bby\s*\(([^)]*)\)", query):
            known = {"job", "instance"}.union(*(exposed.get(name, ()) for name in series(query)))
            assert set(by.replace(" ", "").split(",")) <= known, title


def test_every_alert_has_a_section_in_the_runbook_and_every_section_an_alert() -> None:
    sections = findall(r"^## (\w+)$", (FOLDER / "RUNBOOK.md").read_text(), flags=8)
    assert sections == [rule["alert"] for rule in RULES]
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"RUNBOOK.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in ("critical", "warning")


def test_every_container_is_scraped() -> None:
    compose = yaml.safe_load(Path("docker-compose.yml").read_text())["services"]
    ours = {name for name, it in compose.items() if "steward/" in it["image"] and "migrate" not in name}
    jobs = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    named = {name for job in jobs for names in job.get("dns_sd_configs", ()) for name in names["names"]}
    fixed = {
        target.partition(":")[0] for job in jobs for it in job.get("static_configs", ()) for target in it["targets"]
    }
    assert named | fixed == ours


def test_panels_stand_beside_each_other_not_over_each_other() -> None:
    taken = [
        (x, y)
        for panel in PANELS
        for at in [panel["gridPos"]]
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(taken) == len(set(taken))
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool (of Prometheus) is not installed")
@pytest.mark.parametrize("check", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")])
def test_prometheus_itself_accepts_the_rules_and_fires_them_when_it_should(check: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *check], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
