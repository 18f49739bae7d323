"""What hostile callers are tried against."""

from collections.abc import AsyncIterator

import pytest

from tests.gateway.hostile.gates import Gate, gate
from tests.gateway.raw_service import raw_service


@pytest.fixture(scope="session")
async def shared_gate() -> AsyncIterator[Gate]:
    """One that waits for nobody longer than a moment."""
    brief = {"answer_seconds": 1, "upload_seconds": 1, "head_seconds": 1, "failures_limit": "1000000 per second"}
    async with raw_service() as service, gate(service, **brief) as there:
        yield there


@pytest.fixture
def quiet_gate(shared_gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Nobody has been heard here yet."""
    monkeypatch.setattr("gateway.front.LINGER_SECONDS", 0.3)
    shared_gate.service.calls.clear()
    return shared_gate
