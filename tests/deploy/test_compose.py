"""What docker-compose.yml promises about every container, whoever changes it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.settings import Settings
from gateway.settings import Settings as GatewaySettings
from standalone.manifests import SERVICES

COMPOSE: dict[str, Any] = yaml.safe_load(Path("docker-compose.yml").read_text(encoding="utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
NAMES = [manifest.name for manifest in SERVICES]
STORES = ("postgres", "rabbitmq")
OURS = [name for name in CONTAINERS if name not in STORES]


def secrets(container: str) -> set[str]:
    """The names of the files in /run/secrets."""
    given = CONTAINERS[container].get("secrets", [])
    return {each if isinstance(each, str) else each["target"] for each in given}


def networks(container: str) -> set[str]:
    return set(CONTAINERS[container]["networks"])


def test_each_service_is_migrated_once_served_and_worked() -> None:
    expected = {f"{name}{suffix}" for name in NAMES for suffix in ("", "-work", "-migrate")}
    assert set(CONTAINERS) == expected | {"gateway", *STORES}
    for name in NAMES:
        commands = [CONTAINERS[f"{name}{suffix}"]["command"] for suffix in ("-migrate", "", "-work")]
        assert commands == [["migrate"], ["serve"], ["work"]]


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_container_may_do_little_and_use_little(container: str) -> None:
    told = CONTAINERS[container]
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "ulimits", "stop_grace_period", "logging"} <= told.keys()


@pytest.mark.parametrize("container", OURS)
def test_a_container_of_ours_cannot_write_to_its_image(container: str) -> None:
    assert CONTAINERS[container]["read_only"] is True
    assert "cap_add" not in CONTAINERS[container]


@pytest.mark.parametrize("container", CONTAINERS)
def test_no_secret_is_in_the_environment(container: str) -> None:
    for name, value in CONTAINERS[container].get("environment", {}).items():
        assert name.endswith("_FILE") or not any(word in name for word in ("PASSWORD", "SECRET", "KEY", "TOKEN"))
        assert "@" not in value


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_given_its_own_stores_and_no_more(name: str) -> None:
    assert secrets(name) == {"database_url", "identity_public_key"}
    assert secrets(f"{name}-work") == secrets(f"{name}-migrate") == {"database_url", "amqp_url"}
    for container in (name, f"{name}-work", f"{name}-migrate"):
        sources = {each["source"] for each in CONTAINERS[container]["secrets"] if isinstance(each, dict)}
        assert all(source.startswith(f"{name}_") for source in sources)


def test_every_secret_is_a_setting() -> None:
    for name in NAMES:
        assert secrets(name) | secrets(f"{name}-work") <= Settings.model_fields.keys()
    known = GatewaySettings.model_fields.keys()
    assert secrets("gateway") | {name.lower() for name in CONTAINERS["gateway"]["environment"]} <= known


def test_only_the_gateway_is_reached_from_outside_and_it_reaches_no_store() -> None:
    assert [name for name in CONTAINERS if "ports" in CONTAINERS[name]] == ["gateway"]
    assert CONTAINERS["gateway"]["ports"] == ["127.0.0.1:${PORT:-8480}:8080"]
    inner = {name for name, told in COMPOSE["networks"].items() if told and told.get("internal")}
    assert inner == {"services", "database", "broker"}
    assert networks("gateway") == {"edge", "services"}
    for container in CONTAINERS.keys() - {"gateway"}:
        assert networks(container) <= inner


def test_nobody_works_before_the_queues_of_all_exist() -> None:
    migrations = {f"{name}-migrate": {"condition": "service_completed_successfully"} for name in NAMES}
    for name in NAMES:
        assert CONTAINERS[f"{name}-work"]["depends_on"] == migrations


def test_images_are_named_with_a_version() -> None:
    images = {told["image"] for told in CONTAINERS.values()}
    assert images == {"postgres:17", "rabbitmq:4-management"} | {
        f"steward/{name}:${{VERSION:-dev}}" for name in (*NAMES, "gateway")
    }


@pytest.mark.parametrize("container", [name for name in CONTAINERS if not name.endswith("-migrate")])
def test_what_goes_on_is_started_again(container: str) -> None:
    assert CONTAINERS[container]["restart"] == "unless-stopped"
