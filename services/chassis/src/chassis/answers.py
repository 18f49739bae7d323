"""Holds every answer that a test receives to the contract: nothing undocumented leaves a service."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator

from chassis.contracts import openapi
from chassis.problems import Problem
from chassis.web import PROBLEM_MEDIA, status_of

NO_OPERATIONS = {"/livez", "/readyz", "/metrics"}
ALWAYS_SENT = {"ETag", "X-Request-Id"}  # where the contract names them; other headers depend on the case


class UndocumentedAnswer(AssertionError):
    """A service has answered what its contract does not say."""


class Contract:
    """An OpenAPI document, with validators that are compiled when they are first needed."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._validators: dict[str, Draft202012Validator] = {}

    @cached_property
    def document(self) -> dict[str, Any]:
        return openapi(self._app)

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
        """Those with fewer variables first: /services/summary before /services/{service_id}."""
        templates = sorted(self.document["paths"], key=lambda path: path.count("{"))
        return [
            (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), self.document["paths"][path])
            for path in templates
        ]

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, methods in self._paths:
            if pattern.fullmatch(path) and method.lower() in methods:
                found: dict[str, Any] = methods[method.lower()]
                return found
        return None

    def hold(self, answer: httpx.Response) -> None:
        """Raises UndocumentedAnswer. The body must have been read."""
        method, path = answer.request.method, answer.request.url.path
        if path in NO_OPERATIONS:
            return
        operation = self.operation(method, path)
        fault = self._fault(operation, answer) if operation else self._stranger(answer)
        if fault:
            shown = answer.text[:1000]
            raise UndocumentedAnswer(f"{method} {path} answered {answer.status_code}: {fault}\n{shown}")

    def _stranger(self, answer: httpx.Response) -> str | None:
        if answer.status_code not in (404, 405):
            return "the contract has no such operation"
        return self._problem_fault(answer, {"request.no-such-path", "request.method-not-allowed"})

    def _fault(self, operation: Mapping[str, Any], answer: httpx.Response) -> str | None:
        if (documented := operation["responses"].get(str(answer.status_code))) is None:
            return f"{operation['operationId']} does not document this status"
        documented = self._resolved(documented)
        missing = sorted(
            name for name in ALWAYS_SENT & set(documented.get("headers", ())) if name not in answer.headers
        )
        if missing:
            return f"the header {missing[0]} is missing"
        media = answer.headers.get("content-type", "").partition(";")[0]
        if "content" not in documented:
            return "it has a body where none is documented" if answer.content else None
        if media not in documented["content"]:
            return f"{media!r} is not among the documented {', '.join(documented['content'])}"
        if media == PROBLEM_MEDIA:
            return self._problem_fault(answer, set(operation["x-problems"]))
        is_json = media.endswith(("/json", "+json"))
        return self._body_fault(documented["content"][media].get("schema", {}), answer) if is_json else None

    def _resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        """What a reference such as #/components/responses/Conflict points to."""
        return self.document["components"]["responses"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node

    def _body_fault(self, schema: Mapping[str, Any], answer: httpx.Response) -> str | None:
        key = str(schema)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator({**schema, "components": self.document["components"]})
        error = next(self._validators[key].iter_errors(answer.json()), None)
        return f"{error.json_path}: {error.message[:300]}" if error else None

    def _problem_fault(self, answer: httpx.Response, promised: set[str]) -> str | None:
        if answer.headers.get("content-type") != PROBLEM_MEDIA:
            return "it is no problem document"
        if fault := self._body_fault({"$ref": "#/components/schemas/ProblemDocument"}, answer):
            return fault
        problem = answer.json()
        code = problem["code"]
        if code not in promised:
            return f"the problem {code} is not among those that the contract names"
        if not problem["status"] == answer.status_code == status_of(Problem.registry[code]):
            return f"the problem {code} has another status"
        return None


_contracts: dict[int, tuple[Any, Contract]] = {}


def contract_of(app: FastAPI) -> Contract:
    """The same for all applications of one manifest, so that its validators are compiled once in a test run."""
    manifest = app.state.manifest
    return _contracts.setdefault(id(manifest), (manifest, Contract(app)))[1]
