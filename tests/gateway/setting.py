"""The gateway's view of tokens, as tests set it up."""

import base64
import json
from typing import Any
from uuid import UUID

from chassis.identity import Caller, Voucher
from chassis.testing import StoppedClock
from gateway.clients import Client
from gateway.key_set import KeySet
from gateway.own_tokens import OwnTokens
from gateway.tokens import Identity, Provider, Tokens
from tests.gateway import provider as oidc
from tests.gateway.doors import PRIVATE_KEY

UNIT = UUID("0198c0de-0000-7000-8000-000000000003")
DASHBOARD = Client(client_id="dashboard", name="A dashboard", secret_hash="", roles=("strategist", "auditor"))


class Setting:
    """The gateway's view of tokens, with an identity provider beside its own."""

    def __init__(self, **claims: str) -> None:
        self.clock = StoppedClock()
        self.provider = oidc.Provider(self.clock)
        self.own = OwnTokens(PRIVATE_KEY, lifetime_seconds=900, clock=self.clock)
        keys = KeySet(oidc.ISSUER, self.provider.http(), self.clock)
        places = {"roles_claim": "roles", "unit_claim": "unit", **claims}
        self.tokens = Tokens(self.own, Provider(keys, oidc.AUDIENCE, **places), Voucher(PRIVATE_KEY), self.clock)

    async def verify(self, token: str) -> Identity:
        return await self.tokens.verify(b"Bearer " + token.encode())

    async def caller(self, token: str) -> Caller:
        return (await self.verify(token)).caller


def segment(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
