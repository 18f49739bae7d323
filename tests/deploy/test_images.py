"""The images, built and looked into; skipped where no container engine answers."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from standalone.manifests import SERVICES

FOLDERS = {manifest.name: f"services/{manifest.name}" for manifest in SERVICES} | {"gateway": "gateway"}
BUILD_SECONDS, RUN_SECONDS = 600, 60

pytestmark = pytest.mark.xdist_group("images")


def docker(*arguments: str, seconds: int = RUN_SECONDS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=seconds, check=False)


def has_engine() -> bool:
    try:
        return docker("info").returncode == 0 and docker("buildx", "version").returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@pytest.fixture(scope="module")
def image() -> Callable[[str], str]:
    """The image of a package, built as docker-compose.yml does."""
    if not has_engine():
        pytest.skip("no container engine answers: images are NOT CHECKED")

    def build(package: str) -> str:
        tag = f"steward/{package}:under-test"
        target = "gateway" if package == "gateway" else "service"
        built = docker(
            *("build", "--network", "host", "--file", "deploy/Dockerfile", "--target", target, "--tag", tag),
            *("--build-arg", f"PACKAGE={package}", "--build-arg", f"SOURCE={FOLDERS[package]}", "."),
            seconds=BUILD_SECONDS,
        )
        assert built.returncode == 0, built.stderr[-4000:]
        return tag

    return build


def inside(tag: str, program: str) -> str:
    """What a Python program says in a container of it, confined as in docker-compose.yml."""
    done = docker(
        *(
            "run",
            "--rm",
            "--read-only",
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--network",
            "none",
        ),
        *("--entrypoint", "python", tag, "-c", program),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("package", FOLDERS)
def test_an_image_holds_its_own_package_and_the_chassis_only(image: Callable[[str], str], package: str) -> None:
    names = [*FOLDERS, "chassis", "standalone"]
    program = f"import importlib.util as it; print([name for name in {names} if it.find_spec(name)])"
    assert inside(image(package), program) == str([package, "chassis"])


@pytest.mark.parametrize("package", FOLDERS)
def test_an_image_runs_without_rights_and_writes_nothing(image: Callable[[str], str], package: str) -> None:
    program = (
        "import os, pathlib\n"
        "try: pathlib.Path('/opt/steward/x').touch(); wrote = True\n"
        "except OSError: wrote = False\n"
        "kept = next(line for line in open('/proc/self/status') if line.startswith('CapEff')).split()[1]\n"
        "print(os.getuid(), os.getgid(), wrote, int(kept, 16))"
    )
    assert inside(image(package), program) == "10001 10001 False 0"


@pytest.mark.parametrize("package", FOLDERS)
def test_an_image_says_what_it_can_do_and_how_healthy_it_is(image: Callable[[str], str], package: str) -> None:
    tag = image(package)
    said = docker("run", "--rm", "--read-only", tag, "--help")
    assert f"usage: {package}" in said.stdout
    config = json.loads(docker("image", "inspect", "--format", "{{json .Config}}", tag).stdout)
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert (config["User"], config["Cmd"]) == ("10001:10001", ["serve"])


def test_nothing_secret_gets_into_a_build() -> None:
    passed = Path("deploy/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert passed[0] == "*"
    assert {line for line in passed if line.startswith("!")} == {
        "!contracts/openapi",
        "!gateway",
        "!requirements",
        "!services",
    }
