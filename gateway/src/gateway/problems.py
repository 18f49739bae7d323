"""What the gateway itself refuses, beside what the services refuse."""

from chassis.problems import (
    BadAnswer,
    Forbidden,
    Malformed,
    NotFound,
    TooLate,
    TooMany,
    TooSlow,
    Unauthenticated,
    Unavailable,
)


class HeadRefused(Malformed, code="gateway.head.refused"):
    """The request line or the header fields are not valid HTTP/1.1, or are too large."""


class PathRefused(Malformed, code="gateway.path.refused"):
    """The path can be read in more than one way."""


class TokenMissing(Unauthenticated, code="gateway.token.missing"):
    """The request carries no bearer token."""


class TokenInvalid(Unauthenticated, code="gateway.token.invalid"):
    """The bearer token is not valid here, or has expired."""


class TokenUseless(Forbidden, code="gateway.token.useless"):
    """The bearer token gives no role that this platform knows."""


class RateExceeded(TooMany, code="gateway.rate.exceeded"):
    """This caller has used up its requests for now."""


class RequestTooSlow(TooSlow, code="gateway.request.too-slow"):
    """The request does not arrive in time."""


class IssuerUnreachable(Unavailable, code="gateway.issuer.unreachable"):
    """The identity provider's keys cannot be read now."""


class UpstreamUnreachable(Unavailable, code="gateway.upstream.unreachable"):
    """The service behind this address cannot be reached; nothing was sent to it."""


class UpstreamBusy(Unavailable, code="gateway.upstream.busy"):
    """The service behind this address has as many requests as it may have."""


class UpstreamSuspended(Unavailable, code="gateway.upstream.suspended"):
    """The service behind this address has failed repeatedly and is left alone for a moment."""


class UpstreamCut(BadAnswer, code="gateway.upstream.cut"):
    """The service behind this address broke off; the request may have been carried out."""


class UpstreamTooLate(TooLate, code="gateway.upstream.too-late"):
    """The service behind this address did not answer in time; the request may have been carried out."""


class NoSuchDocument(NotFound, code="gateway.document.not-found"):
    """There is no document of this name."""


class TokenExpired(Unauthenticated, code="gateway.token.expired"):
    """The bearer token was valid and has expired."""
