"""The checker of contracts sees what breaks callers and readers, and lets grow what grows."""

from copy import deepcopy
from typing import Any

import pytest

from chassis.compatibility import breaking, breaking_files

PERSON: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "kind"],
    "properties": {
        "name": {"type": "string", "maxLength": 100},
        "kind": {"type": "string", "enum": ["internal", "external"]},
        "head": {"anyOf": [{"$ref": "#/components/schemas/Person"}, {"type": "null"}]},
        "sizes": {"type": "array", "items": {"type": "integer", "minimum": 1}},
        "rates": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def contract() -> dict[str, Any]:
    answer = {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Person"}}}}}
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Person"}}}}
    limit = {"name": "limit", "in": "query", "required": False, "schema": {"type": "integer", "maximum": 500}}
    id_ = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    read = {"operationId": "get", "x-permission": "p:person:read", "parameters": [id_, limit], "responses": answer}
    write = {"operationId": "put", "x-permission": "p:person:write", "requestBody": body, "responses": {"204": {}}}
    return {
        "openapi": "3.1.0",
        "paths": {"/people/{id}": {"get": deepcopy(read), "put": deepcopy(write)}},
        "components": {"schemas": {"Person": deepcopy(PERSON)}},
    }


def event() -> dict[str, Any]:
    schema = {key: value for key, value in deepcopy(PERSON).items() if key != "additionalProperties"}
    return {
        **schema,
        "$id": "urn:steward:event:p.person-hired.v1",
        "title": "p.person-hired.v1",
        "components": {"schemas": {"Person": schema}},
    }


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with one value replaced, or removed if it is None."""
    *steps, last = [step.replace("|", "/") for step in path.split(".")]
    node = document
    for step in steps:
        node = node[step]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return document


PERSON_AT = "components.schemas.Person"
GET, PUT = "paths.|people|{id}.get", "paths.|people|{id}.put"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (GET, None, "GET /people/{} is gone"),
        ("paths.|people|{id}", None, "GET /people/{} is gone"),
        (f"{GET}.operationId", "show", "GET /people/{} has the name show, not get"),
        (f"{GET}.x-permission", "p:all:read", "GET /people/{} has the permission p:all:read, not p:person:read"),
        (f"{GET}.parameters", [], "GET /people/{} no longer takes the query parameter limit"),
        (f"{GET}.responses", {"202": {}}, "GET /people/{} answers with 202, not 200"),
        (f"{GET}.responses.200.content", {}, "GET /people/{} no longer answers with application/json"),
        (f"{PUT}.requestBody.content", {}, "PUT /people/{} no longer takes application/json"),
        (f"{PUT}.requestBody", None, "PUT /people/{} no longer takes application/json"),
        # The same change of a shared schema: what it does to those who send it
        (
            f"{PERSON_AT}.required",
            ["name", "kind", "head"],
            "refused from now on: PUT /people/{} body.head may be missing",
        ),
        (f"{PERSON_AT}.properties.head", None, "refused from now on: PUT /people/{} body.head is unknown"),
        (
            f"{PERSON_AT}.properties.kind.enum",
            ["internal"],
            "refused from now on: PUT /people/{} body.kind may be 'external'",
        ),
        (f"{PERSON_AT}.properties.kind.enum", None, "GET /people/{} answer.kind may be something else than"),
        (
            f"{PERSON_AT}.properties.name.maxLength",
            50,
            "refused from now on: PUT /people/{} body.name has maxLength 100, not 50",
        ),
        (
            f"{PERSON_AT}.properties.name.pattern",
            "^a",
            "refused from now on: PUT /people/{} body.name has pattern none, not ^a",
        ),
        (
            f"{PERSON_AT}.properties.name.type",
            "integer",
            "refused from now on: PUT /people/{} body.name may be string, not only integer",
        ),
        (
            f"{PERSON_AT}.properties.sizes.items.minimum",
            2,
            "refused from now on: PUT /people/{} body.sizes[] has minimum 1, not 2",
        ),
        (f"{PERSON_AT}.properties.rates.additionalProperties.type", "integer", "body.rates.* may be string"),
        (f"{PERSON_AT}.properties.rates.additionalProperties", False, "body.rates may have fields of any name"),
        (
            f"{PERSON_AT}.properties.head.anyOf",
            [{"type": "null"}],
            "refused from now on: PUT /people/{} body.head may be object",
        ),
        # … and to those who read it
        (f"{PERSON_AT}.required", ["name"], "GET /people/{} answer.kind may be missing"),
        (f"{PERSON_AT}.properties.sizes", None, "GET /people/{} answer.sizes is gone"),
        (
            f"{PERSON_AT}.properties.kind.enum",
            ["internal", "external", "both"],
            "GET /people/{} answer.kind may be 'both'",
        ),
        (f"{PERSON_AT}.properties.name.maxLength", 200, "GET /people/{} answer.name has maxLength 200, not 100"),
        (f"{PERSON_AT}.properties.name.maxLength", None, "GET /people/{} answer.name has maxLength none, not 100"),
        (f"{PERSON_AT}.properties.name.type", ["string", "null"], "GET /people/{} answer.name may be null"),
    ],
)
def test_a_breaking_change_of_operations_is_named(path: str, value: Any, sentence: str) -> None:
    found = breaking(contract(), changed(contract(), path, value))

    assert any(sentence in it for it in found), found


@pytest.mark.parametrize(
    "new",
    [
        {"name": "since", "in": "query", "required": True, "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "required": True, "schema": {"type": "integer", "maximum": 500}},
    ],
)
def test_a_parameter_that_becomes_needed_breaks_callers(new: dict[str, Any]) -> None:
    now = contract()
    now["paths"]["/people/{id}"]["get"]["parameters"].append(new)

    assert breaking(contract(), now) == [f"GET /people/{{}} needs the query parameter {new['name']}"]


def test_a_narrower_parameter_breaks_callers() -> None:
    now = contract()
    id_, limit = now["paths"]["/people/{id}"]["get"]["parameters"]
    id_["schema"], limit["schema"]["maximum"] = {"type": "integer"}, 100

    assert breaking(contract(), now) == [
        "refused from now on: GET /people/{} query parameter limit has maximum 500, not 100",
        "refused from now on: GET /people/{} path parameter 1 may be string, not only integer",
    ]


def test_an_answer_without_a_promised_header_breaks_callers() -> None:
    before = changed(contract(), f"{GET}.responses.200.headers", {"ETag": {}})

    assert breaking(before, contract()) == ["GET /people/{} no longer sends the header ETag"]


def test_what_only_grows_breaks_nobody() -> None:
    now = contract()
    now["paths"]["/people/{person_id}"] = now["paths"].pop("/people/{id}")
    now["paths"]["/teams"] = now["paths"]["/people/{person_id}"]
    get = now["paths"]["/people/{person_id}"]["get"]
    get["parameters"].append({"name": "since", "in": "query", "required": False, "schema": {"type": "string"}})
    get["parameters"][1]["schema"]["maximum"] = 1000
    get["responses"]["200"]["headers"] = {"ETag": {}}
    get["responses"]["404"] = {}
    now["components"]["schemas"]["Person"]["properties"]["nickname"] = {"type": "string"}

    assert breaking(contract(), now) == []


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("required", ["name"], "p.person-hired.v1.kind may be missing"),
        ("properties.kind.enum", ["internal", "external", "both"], "p.person-hired.v1.kind may be 'both'"),
        ("properties.name.type", "integer", "p.person-hired.v1.name may be integer, not only string"),
        ("properties.head", None, "p.person-hired.v1.head is gone"),
        ("properties.sizes.items.type", "number", "p.person-hired.v1.sizes[] may be number, not only integer"),
    ],
)
def test_a_breaking_change_of_an_event_is_named(path: str, value: Any, sentence: str) -> None:
    assert sentence in breaking(event(), changed(event(), path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties.nickname", {"type": "string"}),
        ("required", ["name", "kind", "head"]),
        ("properties.kind.enum", ["internal"]),
        ("properties.name.maxLength", 50),
        ("properties.sizes.items.minimum", 5),
    ],
)
def test_an_event_may_say_more_and_more_exactly(path: str, value: Any) -> None:
    assert breaking(event(), changed(event(), path, value)) == []


def test_a_problem_code_keeps_its_status_and_stays() -> None:
    old = {"p.person.gone": {"status": 404, "title": "Gone"}, "p.person.taken": {"status": 409, "title": "Taken"}}
    new = {"p.person.taken": {"status": 422, "title": "Taken"}, "p.person.new": {"status": 409, "title": "New"}}

    assert breaking(old, new) == [
        "the problem p.person.gone is gone",
        "the problem p.person.taken has the status 422, not 409",
    ]


def test_a_file_that_is_gone_breaks_and_a_new_one_does_not() -> None:
    old = {"events/p.person-hired.v1.json": event(), "problems.json": {}}
    new = {"problems.json": {}, "events/p.person-left.v1.json": event()}

    assert breaking_files(old, new) == ["events/p.person-hired.v1.json is gone"]
