"""The contracts are valid, complete and what the code says; services hear what others announce."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from chassis.contracts import checked_in, drift
from chassis.problems import Problem
from standalone.contracts import FOLDER, generated
from standalone.manifests import SERVICES

FILES = checked_in(FOLDER)
DOCUMENTS = {path: document for path, document in FILES.items() if path.startswith("openapi/")}
METHODS = {"get", "post", "put", "patch", "delete"}
OPERATIONS = [
    pytest.param(document, operation, id=f"{path[8:-5]}: {method} {address}")
    for path, document in DOCUMENTS.items()
    if path != "openapi/gateway.json"
    for address, item in document["paths"].items()
    for method, operation in item.items()
    if method in METHODS
]

# Who must hear what: the facts that would otherwise be told to nobody.
HEARD = {
    ("finance", "portfolio.service-chartered.v1"),
    ("finance", "portfolio.service-launched.v1"),
    ("finance", "portfolio.service-changed.v1"),
    ("finance", "portfolio.service-retired.v1"),
    ("finance", "portfolio.subscription-started.v1"),
    ("finance", "portfolio.subscription-ended.v1"),
    ("finance", "strategy.customer-registered.v1"),
    ("finance", "strategy.customer-changed.v1"),
    ("finance", "strategy.customers-merged.v1"),
    ("finance", "strategy.customer-sized.v1"),
    ("portfolio", "finance.cost-posted.v1"),
    ("portfolio", "finance.charge-issued.v1"),
    ("portfolio", "finance.allocation-completed.v1"),
    ("portfolio", "strategy.customer-registered.v1"),
    ("portfolio", "strategy.customer-changed.v1"),
    ("portfolio", "strategy.customers-merged.v1"),
    ("portfolio", "strategy.need-identified.v1"),
    ("portfolio", "strategy.offering-launched.v1"),
    ("portfolio", "strategy.offering-withdrawn.v1"),
    ("strategy", "portfolio.service-chartered.v1"),
    ("strategy", "portfolio.service-launched.v1"),
    ("strategy", "portfolio.service-changed.v1"),
    ("strategy", "portfolio.service-retired.v1"),
}
REACTIONS = [
    pytest.param(reaction.reading, id=f"{manifest.name}.{reaction.name}")
    for manifest in SERVICES
    for reaction in manifest.reactions
]


def test_what_is_checked_in_is_what_the_code_says() -> None:
    assert drift(FOLDER, generated()) == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_contract_is_valid_openapi(path: str) -> None:
    OpenAPIV31SpecValidator(DOCUMENTS[path]).validate()


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_operation_has_an_id_of_its_own(path: str) -> None:
    ids = [op["operationId"] for item in DOCUMENTS[path]["paths"].values() for m, op in item.items() if m in METHODS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("document", "operation"), OPERATIONS)
def test_an_operation_says_what_it_needs_and_how_it_refuses(
    document: dict[str, Any], operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["x-permission"].count(":") == 2
    assert {"401", "403", "422"} <= operation["responses"].keys()
    assert set(operation["x-problems"]) <= FILES["problems.json"].keys()


@pytest.mark.parametrize(("document", "operation"), OPERATIONS)
def test_the_example_of_a_body_is_one_that_the_operation_takes(
    document: dict[str, Any], operation: dict[str, Any]
) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None or operation.get("x-streams"):
        return
    schema = {**content["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(content["example"])


def test_every_problem_has_one_code_and_a_title() -> None:
    known = {code: problem for code, problem in Problem.registry.items() if not problem.__module__.startswith("tests")}
    assert FILES["problems.json"].keys() == known.keys()
    assert all(problem["title"].endswith(".") for problem in FILES["problems.json"].values())


@pytest.mark.parametrize("reading", REACTIONS)
def test_a_consumer_reads_only_what_the_fact_says(reading: Any) -> None:
    announced = FILES[f"events/{reading.type}.json"]
    needed = reading.model_json_schema()
    assert set(needed.get("required", [])) <= set(announced["required"])
    assert set(needed["properties"]) <= set(announced["properties"])


def test_who_must_hear_a_fact_reacts_to_it() -> None:
    bound = {(manifest.name, reaction.reading.type) for manifest in SERVICES for reaction in manifest.reactions}
    assert bound >= HEARD


def test_asyncapi_names_every_fact_and_every_reaction() -> None:
    document = FILES["asyncapi.json"]
    facts = {path[7:-5] for path in FILES if path.startswith("events/")}
    assert document["channels"].keys() == facts
    received = [name for name, operation in document["operations"].items() if operation["action"] == "receive"]
    assert len(received) == len(REACTIONS)
