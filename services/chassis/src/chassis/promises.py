"""What the contract promises of an operation: its permission, its refusals with their codes, headers, an example."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.dependencies.models import Dependant

from chassis import problems as p
from chassis.idempotency import HEADER
from chassis.web import PROBLEM_MEDIA, STATUS, status_of

SAFE = {"GET", "HEAD"}
CATEGORY = {status: category.__name__ for category, status in STATUS.items()}

EVERY = [
    p.InvalidRequest,
    p.UnknownParameter,
    p.IdentityMissing,
    p.IdentityInvalid,
    p.PermissionMissing,
    p.InternalError,
    p.NotReady,
]
WRITES = [
    p.BodyTooLarge,
    p.AlreadyExists,
    p.StillReferenced,
    p.ConcurrentChange,
    p.KeyReused,
    p.KeyInUse,
    p.VersionStale,
]
JSON_BODIES = [p.MalformedBody, p.UnsupportedMediaType, p.NoSuchResource]
UPLOADS = [p.UnsupportedMediaType]
IMPORTS = [
    p.FileUnreadable,
    p.FileTooLarge,
    p.NoSuchMapping,
    p.MappingMisfit,
    p.ColumnsDiffer,
]


def taken(dependant: Dependant, kind: str) -> set[str]:
    """The names of the parameters of an operation and of what it depends on; `kind` is such as `query_params`."""
    own = {field.alias for field in getattr(dependant, kind)}
    return own.union(*(taken(dependency, kind) for dependency in dependant.dependencies))


@dataclass(frozen=True)
class Promise:
    """One operation as its contract describes it, beyond its parameters and schemas."""

    method: str
    path: str
    status: int
    permission: str
    own_problems: Sequence[type[p.Problem]]
    example: dict[str, Any] | None
    upload: Sequence[str]
    produces: Sequence[str]
    max_body_bytes: int
    versioned: bool
    dependant: Dependant

    @property
    def writes(self) -> bool:
        return self.method not in SAFE

    @property
    def problems(self) -> list[type[p.Problem]]:
        promised: set[type[p.Problem]] = {*EVERY, *self.own_problems}
        if self.writes:
            promised.update(WRITES)
        if self.upload:
            promised.update(UPLOADS)
            if "mapping" in taken(self.dependant, "query_params"):
                promised.update(IMPORTS)
        elif taken(self.dependant, "body_params"):
            promised.update(JSON_BODIES)
        if "{" in self.path:
            promised.add(p.NoSuchResource)
        if "cursor" in taken(self.dependant, "query_params"):
            promised.add(p.CursorInvalid)
        if "If-Match" in taken(self.dependant, "header_params"):
            promised.add(p.VersionMissing)
        return sorted(promised, key=lambda problem: problem.code)

    @property
    def answers(self) -> dict[int | str, dict[str, Any]]:
        """Headers of the success, and a refusal for each status that a problem has."""
        known: dict[int | str, dict[str, Any]] = {self.status: {"headers": _headers(self._success_headers)}}
        if self.produces:
            known[self.status]["content"] = {media: {"schema": {"type": "string"}} for media in self.produces}
        if self.versioned and not self.writes:
            known[304] = {"description": "Not modified since the version in If-None-Match."}
        for status in sorted({status_of(problem) for problem in self.problems}):
            codes = [problem.code for problem in self.problems if status_of(problem) == status]
            known[status] = {"$ref": f"#/components/responses/{CATEGORY[status]}", "description": ", ".join(codes)}
        return known

    @property
    def _success_headers(self) -> list[str]:
        paged = "cursor" in taken(self.dependant, "query_params")
        sent = {"X-Request-Id": True, "ETag": self.versioned, "Link": paged, "Idempotency-Replayed": self._repeatable}
        return [name for name, is_sent in sent.items() if is_sent]

    @property
    def _repeatable(self) -> bool:
        return self.writes and not self.upload

    @property
    def extra(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "x-permission": self.permission,
            "x-problems": [problem.code for problem in self.problems],
            "security": [{"bearer": []}],
        }
        if self.writes:
            said["x-max-body-bytes"] = self.max_body_bytes
        if self.upload:
            content = {media: {"schema": {"type": "string", "format": "binary"}} for media in self.upload}
            said |= {"x-streams": True, "requestBody": {"required": True, "content": content}}
        elif self.example is not None:
            said["requestBody"] = {"content": {"application/json": {"example": self.example}}}
        parameters = [HEADER] if self._repeatable else ["If-None-Match"] if self.versioned and not self.writes else []
        if parameters:
            said["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in parameters]
        return said


def _headers(names: Sequence[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusal(category: type[p.Problem], status: int) -> dict[str, Any]:
    also = {401: ["WWW-Authenticate"], 409: ["Retry-After"], 429: ["Retry-After"], 503: ["Retry-After"]}
    return {
        "description": category.title,
        "headers": _headers(["X-Request-Id", *also.get(status, [])]),
        "content": {PROBLEM_MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }


def _text(description: str, **limits: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **limits}}


COMPONENTS: dict[str, Any] = {
    "headers": {
        "ETag": _text('The version, as in "3": send it as If-Match with a change.'),
        "Idempotency-Replayed": _text("There when the answer is that of an earlier request with the same key."),
        "Link": _text('RFC 8288; rel="next" leads to the next page.'),
        "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
        "WWW-Authenticate": _text("How to say who is asking."),
        "X-Request-Id": _text("Names this request in logs and in the audit trail."),
    },
    "parameters": {
        HEADER: {
            "name": HEADER,
            "in": "header",
            **_text(
                "The same key with the same request gets the stored answer.",
                minLength=1,
                maxLength=255,
                pattern="^[ -~]+$",
            ),
        },
        "If-None-Match": {
            "name": "If-None-Match",
            "in": "header",
            **_text("ETags that are known already; answered with 304 if one is current."),
        },
    },
    "responses": {category.__name__: _refusal(category, status) for category, status in STATUS.items()},
    "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
}
