"""Each house rule, tried on code that keeps it and on code that breaks it."""

import pytest

from tests.house.rules import (
    Module,
    Rule,
    has_one_noun,
    is_documented,
    is_short,
    leaves_the_edge_to_the_chassis,
    names_its_facts,
    names_no_layer,
    plural,
)

NOUNS = {"offering", "service", "business_case"}


def breaches(rule: Rule, source: str, path: str = "portfolio/service/model.py") -> int:
    return len(list(rule(Module(path, source))))


def names(path: str, source: str = "") -> int:
    return breaches(lambda module: names_no_layer(module, NOUNS), source, path)


def test_a_module_without_an_opening_line_is_found() -> None:
    assert breaches(is_documented, '"""What it is for."""\nx = 1') == 0
    assert breaches(is_documented, "") == 0
    assert breaches(is_documented, "x = 1") == 1


def test_long_files_and_functions_are_found() -> None:
    long = "async def f():\n" + "    x = 1\n" * 40
    assert breaches(is_short, long.removesuffix("    x = 1\n")) == 0
    assert breaches(is_short, long) == 1
    assert breaches(is_short, "x = 1\n" * 301) == 1
    assert breaches(is_short, long, "portfolio/migrations/0001_service.py") == 0


@pytest.mark.parametrize(
    "path",
    [
        "portfolio/utils.py",
        "portfolio/service/handlers.py",
        "portfolio/common/money.py",
        "portfolio/offering_service.py",
    ],
)
def test_a_module_named_after_a_layer_is_found(path: str) -> None:
    assert names(path) == 1


@pytest.mark.parametrize("name", ["BusinessCaseManager", "ServiceInfo", "DataLoader", "OfferingService"])
def test_a_class_named_after_a_layer_is_found(name: str) -> None:
    assert names("portfolio/review/model.py", f"class {name}: ...") == 1


@pytest.mark.parametrize("name", ["Service", "RetireService", "ServiceView", "UnknownService", "Database"])
def test_the_service_that_customers_use_is_no_layer(name: str) -> None:
    assert names("portfolio/service/model.py", f"class {name}: ...") == 0


@pytest.mark.parametrize(
    "line",
    [
        "await session.commit()",
        "engine.begin()",
        "async_sessionmaker(engine)",
        "orm.Session(engine)",
        "import aio_pika",
        "from chassis.bus.rabbitmq import publisher",
        "from chassis.outbox import relay",
    ],
)
def test_a_commit_a_session_or_a_publication_outside_the_chassis_is_found(line: str) -> None:
    assert breaches(leaves_the_edge_to_the_chassis, f"async def f(session):\n    {line}") == 1


@pytest.mark.parametrize("line", ["budget.commit(amount=amount)", "await session.flush()", "session.begin_nested()"])
def test_domain_verbs_and_flushes_are_not_the_edge(line: str) -> None:
    assert breaches(leaves_the_edge_to_the_chassis, f"async def f(session):\n    {line}") == 0


@pytest.mark.parametrize(
    "type_", ["finance.service-retired.v1", "portfolio.service-ended.v1", "portfolio.service-retired"]
)
def test_a_fact_under_another_name_than_its_class_is_found(type_: str) -> None:
    assert breaches(names_its_facts, f'class ServiceRetired(Event, type="{type_}"): ...') == 1


def test_a_fact_under_its_own_name_passes() -> None:
    assert breaches(names_its_facts, 'class ServiceRetired(Event, type="portfolio.service-retired.v2"): ...') == 0
    assert breaches(names_its_facts, "class ServiceRetired(Event): ...") == 1


@pytest.mark.parametrize(
    ("name", "table", "expected"),
    [("BusinessCase", "business_cases", 0), ("BusinessCase", "cases", 1), ("Proposal", "proposals", 1)],
)
def test_a_folder_a_class_and_a_table_share_one_noun(name: str, table: str, expected: int) -> None:
    source = f'class {name}(Base):\n    __tablename__ = "{table}"'
    assert breaches(has_one_noun, source, "portfolio/business_case/model.py") == expected


def test_plurals_are_english() -> None:
    assert [plural(noun) for noun in ("entry", "day", "box", "match", "need")] == [
        "entries",
        "days",
        "boxes",
        "matches",
        "needs",
    ]
