"""The contracts are valid, complete and what the code says; services hear what others announce."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from chassis.compatibility import READERS
from chassis.contracts import checked_in, drift, operations
from chassis.problems import Problem
from chassis.schema_fit import Side
from standalone.contracts import FOLDER, generated
from standalone.manifests import SERVICES

FILES = checked_in(FOLDER)
DOCUMENTS = {path: document for path, document in FILES.items() if path.startswith("openapi/")}
OPERATIONS = [
    pytest.param(document, operation, id=f"{path[8:-5]}: {method} {address}")
    for path, document in DOCUMENTS.items()
    if path != "openapi/gateway.json"
    for address, item in document["paths"].items()
    for method, operation in item.items()
]
FACTS = [path[7:-5] for path in FILES if path.startswith("events/")]

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
    ("finance", "strategy.initiative-opened.v1"),
    ("finance", "strategy.initiative-changed.v1"),
    ("finance", "strategy.initiative-completed.v1"),
    ("finance", "strategy.initiative-cancelled.v1"),
    ("finance", "strategy.demand-forecast.v1"),
    ("portfolio", "finance.cost-posted.v1"),
    ("portfolio", "finance.charge-issued.v1"),
    ("portfolio", "finance.allocation-completed.v1"),
    ("portfolio", "strategy.customer-registered.v1"),
    ("portfolio", "strategy.customer-changed.v1"),
    ("portfolio", "strategy.customers-merged.v1"),
    ("portfolio", "strategy.need-identified.v1"),
    ("portfolio", "strategy.offering-launched.v1"),
    ("portfolio", "strategy.offering-withdrawn.v1"),
    ("portfolio", "strategy.objective-aligned.v1"),
    ("portfolio", "strategy.demand-forecast.v1"),
    ("portfolio", "strategy.coverage-changed.v1"),
    ("strategy", "finance.cost-posted.v1"),
    ("strategy", "finance.charge-issued.v1"),
    ("strategy", "finance.allocation-completed.v1"),
    ("strategy", "portfolio.performance-assessed.v1"),
    ("strategy", "portfolio.review-opened.v1"),
    ("strategy", "portfolio.service-reviewed.v1"),
    ("strategy", "portfolio.business-case-submitted.v1"),
    ("strategy", "portfolio.business-case-approved.v1"),
    ("strategy", "portfolio.business-case-rejected.v1"),
    ("strategy", "portfolio.business-case-returned.v1"),
    ("strategy", "portfolio.business-case-withdrawn.v1"),
    ("strategy", "portfolio.investment-plan-approved.v1"),
    ("strategy", "portfolio.service-proposed.v1"),
    ("strategy", "portfolio.service-approved.v1"),
    ("strategy", "portfolio.service-retiring.v1"),
    ("strategy", "portfolio.service-retirement-cancelled.v1"),
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


def strictly(schema: dict[str, Any]) -> Draft202012Validator:
    """Formats count too: an id is a UUID, a day a day."""
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def standard(name: str) -> dict[str, Any]:
    """A published schema; skips the test where the folder with them is not at hand."""
    if not (folder := os.environ.get("STEWARD_DATA")):
        pytest.skip(f"STEWARD_DATA is not set: NOT CHECKED against the published schema {name}")
    found: dict[str, Any] = json.loads((Path(folder) / "standards" / name).read_text(encoding="utf-8"))
    return found


def test_what_is_checked_in_is_what_the_code_says() -> None:
    assert drift(FOLDER, generated()) == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_contract_is_valid_openapi(path: str) -> None:
    OpenAPIV31SpecValidator(DOCUMENTS[path]).validate()


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_operation_has_an_id_of_its_own_and_says_what_it_is_for(path: str) -> None:
    described = list(operations(DOCUMENTS[path]))
    assert len({operation["operationId"] for operation in described}) == len(described)
    assert all(operation["summary"].endswith(".") for operation in described)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_schema_has_a_name_of_its_own(path: str) -> None:
    """Two of one name would get the names of their modules, which callers generate code from."""
    assert [name for name in DOCUMENTS[path]["components"]["schemas"] if "__" in name] == []


@pytest.mark.parametrize(("document", "operation"), OPERATIONS)
def test_an_operation_says_what_it_needs_and_how_it_refuses(
    document: dict[str, Any], operation: dict[str, Any]
) -> None:
    assert operation["x-permission"].count(":") == 2
    assert {"401", "403", "422"} <= operation["responses"].keys()
    assert {str(FILES["problems.json"][code]["status"]) for code in operation["x-problems"]} == {
        status for status in operation["responses"] if status >= "4"
    }


@pytest.mark.parametrize(("document", "operation"), OPERATIONS)
def test_the_example_of_a_body_is_one_that_the_operation_takes(
    document: dict[str, Any], operation: dict[str, Any]
) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None or operation.get("x-streams"):
        return
    schema = {**content["schema"], "components": document["components"]}
    strictly(schema).validate(content["example"])


def test_every_problem_has_one_code_and_a_title() -> None:
    known = {code: problem for code, problem in Problem.registry.items() if not problem.__module__.startswith("tests")}
    assert FILES["problems.json"].keys() == known.keys()
    assert all(problem["title"].endswith(".") for problem in FILES["problems.json"].values())


@pytest.mark.parametrize("reading", REACTIONS)
def test_a_consumer_reads_only_what_the_fact_says(reading: Any) -> None:
    announced, needed = FILES[f"events/{reading.type}.json"], reading.model_json_schema()
    assert list(READERS.misfits(Side(announced, announced), Side(needed, needed), reading.type)) == []


def test_who_must_hear_a_fact_reacts_to_it() -> None:
    bound = {(manifest.name, reaction.reading.type) for manifest in SERVICES for reaction in manifest.reactions}
    assert bound >= HEARD


def test_asyncapi_names_every_fact_and_every_reaction() -> None:
    document = FILES["asyncapi.json"]
    assert document["channels"].keys() == set(FACTS)
    received = [name for name, operation in document["operations"].items() if operation["action"] == "receive"]
    assert len(received) == len(REACTIONS)


@pytest.mark.parametrize("fact", FACTS)
def test_the_example_of_a_fact_is_one_that_its_readers_take(fact: str) -> None:
    components = FILES["asyncapi.json"]["components"]
    message = components["messages"][fact]
    (example,) = message["examples"]
    strictly({**message["payload"], "components": components}).validate(example["payload"])
    strictly(FILES[f"events/{fact}.json"]).validate(example["payload"]["data"])


def test_asyncapi_is_valid_by_its_published_schema() -> None:
    Draft7Validator(standard("asyncapi/3.0.0-without-id.json")).validate(FILES["asyncapi.json"])


@pytest.mark.parametrize("fact", FACTS)
def test_an_envelope_is_a_cloud_event_by_the_published_schema(fact: str) -> None:
    (example,) = FILES["asyncapi.json"]["components"]["messages"][fact]["examples"]
    Draft7Validator(standard("cloudevents/cloudevents.json")).validate(example["payload"])
