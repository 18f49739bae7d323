"""One public contract out of those of the services: public addresses, and what the door itself may answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from chassis.problems import BodyTooLarge, MethodNotAllowed, Problem
from chassis.promises import CATEGORY
from chassis.web import PROBLEM_MEDIA, status_of
from gateway import problems as p
from gateway.roles import ROLES
from gateway.routing import METHODS, OWN

Document = dict[str, Any]

OF_EVERY = [p.PathRefused, MethodNotAllowed, BodyTooLarge, p.RateExceeded, p.RequestTooSlow]
OF_TOKENS = [p.TokenMissing, p.TokenInvalid, p.TokenExpired, p.TokenUseless, p.IssuerUnreachable]
OF_SERVICES = [p.UpstreamUnreachable, p.UpstreamBusy, p.UpstreamSuspended, p.UpstreamCut, p.UpstreamTooLate]

INTRODUCTION = """Steward: what an organization's IT services are for, what they cost, and which of them to keep.

Every operation says which permission it needs. A token from `POST /oauth/token`, or from your identity provider,
carries roles, which carry permissions. Lists come in pages; changes need the version they were read at; writes may be
repeated safely with an `Idempotency-Key`; whatever is refused is refused with a code that never changes."""


def merged(contracts: Mapping[str, Document], *, issuer: str | None) -> Document:
    """An OpenAPI 3.1 document for callers; `issuer` is the OIDC provider whose tokens are taken as well."""
    names = [OWN, *sorted(contracts.keys() - {OWN})]
    parts = {name: _public(name, contracts[name]) for name in names}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Steward", "version": "1", "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "security": [{scheme: []} for scheme in _schemes(issuer)],
        "tags": list(_tags(parts)),
        "paths": {path: item for part in parts.values() for path, item in part["paths"].items()},
        "components": {**_components(parts.values()), "securitySchemes": _schemes(issuer)},
    }


def _schemes(issuer: str | None) -> Document:
    scopes = dict.fromkeys(ROLES, "")
    flows = {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": scopes}}
    schemes: Document = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "client": {"type": "oauth2", "flows": flows},
    }
    if issuer:
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        schemes["provider"] = {"type": "openIdConnect", "openIdConnectUrl": url}
    return schemes


def _public(service: str, contract: Document) -> Document:
    """The contract with public addresses, tags and component names that are its own."""
    prefix = "" if service == OWN else f"/{service}"
    paths = {prefix + path: _item(service, item) for path, item in contract["paths"].items()}
    components = {
        kind: {f"{service}.{name}": _renamed(service, value) for name, value in values.items()}
        for kind, values in contract.get("components", {}).items()
        if kind != "securitySchemes"
    }
    tags = [{**tag, "name": f"{service}: {tag['name']}"} for tag in contract.get("tags", ())]
    return {"paths": paths, "components": components, "tags": tags}


def _item(service: str, item: Document) -> Document:
    return {method: _operation(service, operation) for method, operation in item.items() if method in METHODS}


def _operation(service: str, operation: Document) -> Document:
    public: Document = _renamed(service, operation)
    is_open = operation.get("security") == []
    public["operationId"] = f"{service}.{operation['operationId']}"
    public["tags"] = [f"{service}: {tag}" for tag in operation.get("tags", ["other"])]
    if not is_open:
        del public["security"]  # that of the whole document
    problems = [*OF_EVERY, *([] if is_open else OF_TOKENS), *([] if service == OWN else OF_SERVICES)]
    _promise(service, public, problems)
    return public


def _promise(service: str, operation: Document, problems: list[type[Problem]]) -> None:
    """Adds what the door may answer to what the service may answer."""
    operation["x-problems"] = sorted({*operation.get("x-problems", ()), *(problem.code for problem in problems)})
    for status in sorted({status_of(problem) for problem in problems}):
        codes = ", ".join(problem.code for problem in problems if status_of(problem) == status)
        reference = f"#/components/responses/{service}.{CATEGORY[status]}"
        known = operation["responses"].setdefault(str(status), {"$ref": reference})
        known["description"] = ", ".join(filter(None, [known.get("description"), codes]))
        if "content" in known:  # an answer in other words, such as those of OAuth
            known["content"][PROBLEM_MEDIA] = {"schema": {"$ref": f"#/components/schemas/{service}.ProblemDocument"}}


def _renamed(service: str, node: Any) -> Any:
    """The same with references to the service's own components."""
    if isinstance(node, list):
        return [_renamed(service, item) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _renamed(service, value) for key, value in node.items()}
    reference = copy.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/components/"):
        folder, _, name = reference.rpartition("/")
        copy["$ref"] = f"{folder}/{service}.{name}"
    return copy


def _components(parts: Any) -> Document:
    together: Document = {}
    for part in parts:
        for kind, values in part["components"].items():
            together.setdefault(kind, {}).update(values)
    return together


def _tags(parts: Mapping[str, Document]) -> Iterator[Document]:
    """In the order that a contract gives them, else that of their first use."""
    for part in parts.values():
        given = [tag["name"] for tag in part["tags"]]
        used = [tag for item in part["paths"].values() for operation in item.values() for tag in operation["tags"]]
        yield from ({"name": tag} for tag in dict.fromkeys([*given, *used]))
