"""OAuth 2.0 client credentials (RFC 6749, section 4.4): a registered client proves itself and gets an access token."""

import asyncio
import base64
import binascii
from typing import NoReturn
from urllib.parse import parse_qsl, unquote_plus

from pydantic import BaseModel

from gateway.allowance import Allowance
from gateway.clients import NOBODY, Client, Clients, matches
from gateway.own_tokens import OwnTokens

MAX_FIELDS, MAX_SECRET = 20, 500
FORM = "application/x-www-form-urlencoded"
TRIES_AT_ONCE = 2  # each costs some 40 ms of a core: guessing must not starve those who know


FORM_BODY = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "required": ["grant_type"],
                "properties": {
                    "grant_type": {"type": "string", "const": "client_credentials"},
                    "client_id": {"type": "string", "maxLength": 100},
                    "client_secret": {"type": "string", "maxLength": MAX_SECRET},
                    "scope": {"type": "string", "description": "Roles to ask for, by spaces; all when left out."},
                },
            }
        }
    },
}


class TokenAnswer(BaseModel):
    """RFC 6749, section 5.1; `expires_in` is in seconds, `scope` the roles that the token carries."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenRefusal(BaseModel):
    """RFC 6749, section 5.2."""

    error: str
    error_description: str


class Refusal(Exception):
    """An answer in the words of RFC 6749, section 5.2: `error` is one of its codes."""

    def __init__(self, error: str, description: str, *, status: int = 400, **headers: str) -> None:
        super().__init__(description)
        self.document = {"error": error, "error_description": description}
        self.status, self.headers = status, headers


class Grant:
    """Secrets are compared in constant time; who guesses is stopped by address, and by address and client."""

    def __init__(self, clients: Clients, tokens: OwnTokens, failures: Allowance) -> None:
        self._clients, self._tokens, self._failures = clients, tokens, failures
        self._trying = asyncio.Semaphore(TRIES_AT_ONCE)

    async def answer(self, body: bytes, *, media: str, authorization: str | None, address: str) -> TokenAnswer:
        """Raises Refusal."""
        fields = _fields(body, media)
        client_id, secret = _credentials(fields, authorization)
        if fields.get("grant_type") != "client_credentials":
            is_named = "grant_type" in fields
            refuse("unsupported_grant_type" if is_named else "invalid_request", "Send grant_type=client_credentials.")
        client = await self._proved(client_id, secret, address, is_basic=authorization is not None)
        roles = _narrowed(client.roles, fields.get("scope"))
        return TokenAnswer(
            access_token=self._tokens.issue(client, roles),
            token_type="Bearer",  # noqa: S106 - the kind of token, not one
            expires_in=self._tokens.lifetime_seconds,
            scope=" ".join(roles),
        )

    async def _proved(self, client_id: str, secret: str, address: str, *, is_basic: bool) -> Client:
        wait = self._failures.wait(address)
        if wait:
            refuse("temporarily_unavailable", "Too many failures.", status=429, **{"Retry-After": str(wait)})
        client = self._clients.find(client_id)
        # An unknown client costs as much time as a wrong secret, so that nobody learns who is registered.
        async with self._trying:
            is_proved = await asyncio.to_thread(matches, secret, client.secret_hash if client else NOBODY)
        if client is None or not is_proved:
            self._failures.count(address)
            challenge = {"WWW-Authenticate": 'Basic realm="steward"'} if is_basic else {}
            refuse("invalid_client", "The client is not registered, or its secret is wrong.", status=401, **challenge)
        return client


def refuse(error: str, description: str, *, status: int = 400, **headers: str) -> NoReturn:
    raise Refusal(error, description, status=status, **headers)


def _fields(body: bytes, media: str) -> dict[str, str]:
    if media.partition(";")[0].strip().lower() != FORM:
        refuse("invalid_request", f"Send the fields as {FORM}.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=False, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        refuse("invalid_request", f"The body is no form of at most {MAX_FIELDS} fields.")
    fields = dict(pairs)
    if len(fields) != len(pairs):
        refuse("invalid_request", "A field is given more than once.")
    return fields


def _credentials(fields: dict[str, str], authorization: str | None) -> tuple[str, str]:
    """By HTTP Basic or in the body, never both (section 2.3.1)."""
    if authorization is None:
        client_id, secret = fields.get("client_id", ""), fields.get("client_secret", "")
    elif "client_secret" in fields:
        refuse("invalid_request", "Send the client's secret in one way only.")
    else:
        client_id, secret = _basic(authorization)
    if not client_id or not secret or len(secret) > MAX_SECRET:
        refuse("invalid_client", "Send client_id and client_secret.", status=401)
    return client_id, secret


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        colon = ""
    if scheme.lower() != "basic" or not colon:
        refuse("invalid_client", "Send the client's id and secret by HTTP Basic.", status=401)
    return unquote_plus(client_id), unquote_plus(secret)


def _narrowed(roles: tuple[str, ...], scope: str | None) -> list[str]:
    """All the client's roles, or those of them that it asks for."""
    asked = scope.split() if scope else list(roles)
    if not set(asked) <= set(roles):
        refuse("invalid_scope", f"This client may ask for: {' '.join(roles)}.")
    return [role for role in roles if role in asked]
