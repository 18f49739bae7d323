"""What can be wrong with a request: a category, a sentence for a person, and a code that never changes."""

import re
from typing import Any, ClassVar

CODE = re.compile(r"[a-z]+(\.[a-z][a-z0-9-]*){1,2}")


class Problem(Exception):
    """A refused request. Subclasses name a `code`; the first line of their docstring is the title.

    `detail` says what is wrong in this case; `context` is added to the problem document (`blockers=[...]`).
    A subclass with `constraint` is raised in place of the violation of that database constraint, which is how a rule
    that two requests could break at one moment stays a rule.
    """

    code: ClassVar[str] = ""
    title: ClassVar[str] = ""
    constraint: ClassVar[str | None] = None
    registry: ClassVar[dict[str, type["Problem"]]] = {}

    def __init_subclass__(cls, code: str = "", constraint: str | None = None) -> None:
        cls.code, cls.constraint = code, constraint
        cls.title = (cls.__doc__ or cls.__name__).strip().splitlines()[0]
        if not code:
            return
        if not CODE.fullmatch(code):
            raise TypeError(f"{cls.__name__}: {code!r} is not a problem code")
        known = Problem.registry.setdefault(code, cls)
        if known.__qualname__ != cls.__qualname__ or known.__module__ != cls.__module__:
            raise TypeError(f"{cls.__name__}: {code!r} already belongs to {known.__name__}")

    def __init__(self, detail: str = "", **context: Any) -> None:
        self.detail = detail or self.title
        self.context = context
        super().__init__(self.detail)


class Invalid(Problem):
    """The request cannot be understood or breaks a rule that needs no look at the stored state."""


class Malformed(Problem):
    """The request is not well formed."""


class Unauthenticated(Problem):
    """The caller is not known."""


class Forbidden(Problem):
    """The caller may not do this."""


class NotFound(Problem):
    """What the request names does not exist."""


class Conflict(Problem):
    """The stored state does not allow this."""


class Stale(Problem):
    """The caller has seen an older version."""


class Unconditional(Problem):
    """The change needs the version that it was read at."""


class TooLarge(Problem):
    """The request is larger than allowed."""


class Unsupported(Problem):
    """The media type is not supported."""


class TooMany(Problem):
    """The caller asks too often."""


class Unavailable(Problem):
    """A part that is needed does not answer now."""


class TooSlow(Problem):
    """The request does not arrive in time."""


class BadAnswer(Problem):
    """A part that is needed answers in a way that cannot be used."""


class TooLate(Problem):
    """A part that is needed does not answer in time."""


class InvalidRequest(Invalid, code="request.invalid"):
    """The request does not fit its contract."""


class MalformedBody(Malformed, code="request.malformed"):
    """The body cannot be read."""


class UnknownParameter(Invalid, code="request.unknown-parameter"):
    """The query has a parameter that the operation does not know."""


class NoSuchPath(NotFound, code="request.no-such-path"):
    """Nothing is served under this path."""


class NoSuchResource(NotFound, code="request.no-such-resource"):
    """There is nothing with this id."""


class MethodNotAllowed(Problem, code="request.method-not-allowed"):
    """The path does not support this method."""


class UnsupportedMediaType(Unsupported, code="request.unsupported-media-type"):
    """The body has a media type that the operation does not take."""


class BodyTooLarge(TooLarge, code="request.body-too-large"):
    """The body is larger than the operation takes."""


class FileUnreadable(Malformed, code="import.unreadable"):
    """The file is not what its mapping says."""


class FileTooLarge(TooLarge, code="import.too-large"):
    """The file is larger than an import takes once it is unpacked."""


class ColumnsDiffer(Invalid, code="import.columns-differ"):
    """The columns of the file are not those that the mapping names."""


class MappingMisfit(Invalid, code="import.mapping-misfit"):
    """The mapping gives other fields than the rows of this import have."""


class NoSuchMapping(NotFound, code="import.no-such-mapping"):
    """There is no import mapping with this name."""


class IdentityMissing(Unauthenticated, code="request.identity-missing"):
    """The request carries no identity."""


class IdentityInvalid(Unauthenticated, code="request.identity-invalid"):
    """The identity is not signed by the gateway, is meant for others, or has expired."""


class PermissionMissing(Forbidden, code="request.permission-missing"):
    """The caller lacks the permission that the operation needs."""


class VersionMissing(Unconditional, code="request.if-match-missing"):
    """A change needs If-Match with the version that it was read at."""


class VersionStale(Stale, code="request.version-stale"):
    """Somebody else has changed it since it was read."""


class ConcurrentChange(Conflict, code="request.concurrent-change"):
    """Another request is changing the same thing at this moment; try again."""


class AlreadyExists(Conflict, code="request.already-exists"):
    """Something else already has this unique value."""


class StillReferenced(Conflict, code="request.reference-broken"):
    """It names something that does not exist, or is still named by something else."""


class KeyReused(Conflict, code="request.idempotency-key-reused"):
    """The Idempotency-Key was used for another request."""


class KeyInUse(Conflict, code="request.idempotency-key-in-use"):
    """The first request with this Idempotency-Key is still running."""


class CursorInvalid(Invalid, code="request.cursor-invalid"):
    """The cursor is not one of this list with these filters and this sort."""


class InternalError(Problem, code="request.internal-error"):
    """Something went wrong on our side; nothing was stored."""


class NotReady(Unavailable, code="request.not-ready"):
    """The service cannot take requests now."""
