"""What tests of every kind stand on: one database server and one broker per run, a share of each per worker."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import pytest

from chassis.manifest import Manifest
from standalone.postgres import Cluster, running
from tests import rabbitmq
from tests.databases import Databases, scratch

DATABASE_VARIABLE = "STEWARD_TEST_DATABASE_URL"
NO_BROKER = "no RabbitMQ: set AMQP_URL to one that answers, or install rabbitmq-server"

servers = pytest.StashKey[ExitStack]()
addresses = pytest.StashKey[dict[str, Any]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[servers] = ExitStack()


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[servers].close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The process that hands out the tests starts the servers; each worker is told where they are."""
    shared = node.config.stash.setdefault(addresses, {})
    if not shared:
        workers = [f"gw{number}" for number in range(node.workerinput["workercount"])]
        shared |= {"database": _database_server(node.config), "brokers": _brokers(node.config, workers)}
    node.workerinput["database"] = shared["database"]
    node.workerinput["broker"] = shared["brokers"][node.workerinput["workerid"]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On a broker that is not ours we have one virtual host: its tests stay together (`--dist loadgroup`)."""
    if os.environ.get("AMQP_URL"):
        for item in items:
            if "amqp_url" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group("broker"))


def _database_server(config: pytest.Config) -> str:
    given = os.environ.get(DATABASE_VARIABLE)
    if given:
        return given
    folder = config.stash[servers].enter_context(scratch())
    return config.stash[servers].enter_context(running(folder, durable=False)).admin_dsn


def _brokers(config: pytest.Config, workers: list[str]) -> dict[str, str | None]:
    """Worker → URL; the node may still be starting."""
    given = rabbitmq.given_url()
    if given or not rabbitmq.installed_server():
        return dict.fromkeys(workers, given)
    folder = config.stash[servers].enter_context(scratch())
    node = config.stash[servers].enter_context(rabbitmq.private_node(folder, workers))
    return {worker: node.url(worker) for worker in workers}


def _without_broker() -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(NO_BROKER)
    pytest.skip(NO_BROKER)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Of the server of this run; what this worker made is dropped at its end."""
    told = getattr(request.config, "workerinput", None)
    made = Databases(told["database"] if told else _database_server(request.config))
    yield made
    made.drop()


@pytest.fixture(scope="session")
def service_dsn(databases: Databases) -> Callable[[str | Manifest], str]:
    """`service_dsn("finance")`: this worker's migrated database of that service, connected as the service's role."""
    known: dict[str, str] = {}

    def dsn(service: str | Manifest) -> str:
        name = service if isinstance(service, str) else service.name
        if name not in known:
            known[name] = databases.copy(service)
        return known[name]

    return dsn


@pytest.fixture
def fresh_database(databases: Databases) -> Iterator[Callable[..., str]]:
    """`fresh_database("finance")`: a copy for this test alone; `migrated=False` gives it before the first migration."""
    made: list[str] = []

    def dsn(service: str | Manifest, *, migrated: bool = True) -> str:
        made.append(databases.copy(service) if migrated else databases.empty(service))
        return made[-1]

    yield dsn
    if made:
        databases.drop(*made)


@pytest.fixture
def private_cluster() -> Iterator[Cluster]:
    """A database server for a test that stops it; `Databases(private_cluster.admin_dsn).copy(...)` fills it."""
    with scratch() as folder, running(folder, durable=False) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def amqp_url(request: pytest.FixtureRequest) -> str:
    """A broker, and there a virtual host for this worker alone; skipped without one, failed if CI is set."""
    told = getattr(request.config, "workerinput", None)
    url = told["broker"] if told else _brokers(request.config, ["alone"])["alone"]
    if url is None:
        _without_broker()
    return rabbitmq.wait_for(url)


@pytest.fixture
def private_broker(tmp_path: Path) -> Iterator[rabbitmq.Node]:
    """A node for a test that stops, kills or restarts it; it runs."""
    if not rabbitmq.installed_server():
        _without_broker()
    with rabbitmq.private_node(tmp_path) as node:
        node.wait()
        yield node
