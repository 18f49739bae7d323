"""The manifests: valid, each pointing at something that is there, and confined as the containers of Compose are."""

import shutil
import subprocess
from pathlib import Path
from re import findall
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy.kustomization import PODS, Object, built, containers

FOLDER = Path("deploy/kubernetes")
EXAMPLE = built(FOLDER / "overlays/example")
WORKLOADS = [it for it in EXAMPLE if it["kind"] in PODS]
COMPOSE = yaml.safe_load(Path("docker-compose.yml").read_text())["services"]
VERSION = "1.33"


def named(it: Object) -> str:
    return f"{it['kind']} {it['metadata']['name']}"


def of(kind: str) -> dict[str, Object]:
    return {it["metadata"]["name"]: it for it in EXAMPLE if it["kind"] == kind}


def pod_labels() -> list[dict[str, str]]:
    return [it["spec"]["template"]["metadata"]["labels"] for it in WORKLOADS]


def selects(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    holds = {"In": lambda it, values: it in values, "NotIn": lambda it, values: it not in values}
    return wanted and all(
        holds[it["operator"]](labels.get(it["key"]), it["values"]) for it in selector.get("matchExpressions", ())
    )


@pytest.mark.parametrize("it", EXAMPLE, ids=named)
def test_every_object_is_valid(it: Object) -> None:
    kubernetes_validate.validate(it, VERSION, strict=True)


def test_every_object_has_a_name_of_its_own() -> None:
    names = [named(it) for it in EXAMPLE]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("it", WORKLOADS, ids=named)
def test_every_container_is_confined(it: Object) -> None:
    pod, (container,) = it["spec"]["template"]["spec"], containers(it)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001  # as the images say
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    confined = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert container["securityContext"] == confined
    assert container["resources"]["limits"]["memory"]
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("it", of("Deployment").values(), ids=named)
def test_what_goes_on_for_ever_is_watched_and_replaced_one_by_one(it: Object) -> None:
    pod, (container,) = it["spec"]["template"]["spec"], containers(it)
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys()
    assert it["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    stops_within = 5 + 1 + 10  # sleep before, farewell, and what running requests are given
    assert pod["terminationGracePeriodSeconds"] > stops_within
    budgets = [budget["spec"]["selector"] for budget in of("PodDisruptionBudget").values()]
    assert sum(selects(budget, it["spec"]["template"]["metadata"]["labels"]) for budget in budgets) == 1


def test_each_pod_belongs_to_one_workload_and_each_selector_finds_pods() -> None:
    for it in of("Deployment").values():
        assert [selects(it["spec"]["selector"], labels) for labels in pod_labels()].count(True) == 1, named(it)
    for it in of("Service").values():
        found = [labels for labels in pod_labels() if it["spec"]["selector"].items() <= labels.items()]
        assert len(found) == 1, named(it)
    for it in of("NetworkPolicy").values():
        assert any(selects(it["spec"]["podSelector"], labels) for labels in pod_labels()), named(it)


def test_autoscalers_scale_what_leaves_its_number_to_them() -> None:
    scaled = {it["spec"]["scaleTargetRef"]["name"] for it in of("HorizontalPodAutoscaler").values()}
    assert scaled == {name for name, it in of("Deployment").items() if "replicas" not in it["spec"]}


def test_images_run_what_they_run_under_compose() -> None:
    def runs(arguments: list[str], image: str) -> tuple[str, str]:
        return image.rpartition("/")[2].partition(":")[0], arguments[0]

    here = {runs(container["args"], container["image"]) for it in WORKLOADS for container in containers(it)}
    there = {runs(it.get("command", ["serve"]), it["image"]) for it in COMPOSE.values() if "steward/" in it["image"]}
    assert here == there


def test_each_process_sees_the_secrets_that_it_sees_under_compose() -> None:
    """But for the file of clients, which is a volume there."""

    def names(secrets: list[Any]) -> set[str]:
        return {it if isinstance(it, str) else it["target"] for it in secrets}

    for it in WORKLOADS:
        secret = it["spec"]["template"]["spec"]["volumes"][0]["secret"]
        service, _, role = it["metadata"]["name"].partition("-")
        alike = COMPOSE[service if role in ("serve", "") else f"{service}-{role}"]
        assert secret["secretName"] == service
        assert {item["key"] for item in secret["items"]} - {"clients.json"} == names(alike["secrets"])


def test_the_gateway_finds_the_services() -> None:
    (gateway,) = containers(of("Deployment")["gateway"])
    urls = {it["name"]: it["value"] for it in gateway["env"] if it["name"].endswith("_URL")}
    assert urls.keys() == COMPOSE["gateway"]["environment"].keys()
    for url in urls.values():
        assert of("Service")[url.removeprefix("http://").partition(":")[0]]["spec"]["ports"][0]["port"] == 8000


def test_the_page_makes_the_secrets_that_are_mounted() -> None:
    page = (FOLDER / "README.md").read_text()
    loop = "for service in strategy portfolio finance; do\n    kubectl -n steward create secret generic $service "
    assert loop in page
    made = {"strategy", "portfolio", "finance", *findall(r"secret generic (\w+)", page)}
    for it in WORKLOADS:
        secret = it["spec"]["template"]["spec"]["volumes"][0]["secret"]
        assert secret["secretName"] in made
        assert all(f"--from-file={item['key']}=" in page for item in secret["items"]), secret


@pytest.mark.skipif(not shutil.which("kustomize"), reason="kustomize is not installed")
def test_kustomize_builds_the_same() -> None:
    command = ["kustomize", "build", str(FOLDER / "overlays/example")]
    made = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert sorted(yaml.safe_load_all(made), key=named) == sorted(EXAMPLE, key=named)
