"""Whatever a contract allows, and much that it forbids: no fault of ours, no answer that the contract does not know."""

from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import negative_data_rejection

from chassis.contracts import operations
from chassis.testing import ServiceUnderTest

TRIES = 12
BOUNDED = settings(
    max_examples=TRIES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


def drawn(operation: Any, mode: GenerationMode) -> list[Case[Any]]:
    """The same cases each time; none if nothing that can be sent breaks the contract."""
    cases: list[Case[Any]] = []

    @BOUNDED
    @given(operation.as_strategy(generation_mode=mode))
    def draw(case: Case[Any]) -> None:
        cases.append(case)

    with suppress(Unsatisfiable):
        draw()
    return cases


async def sent(client: httpx.AsyncClient, case: Case[Any]) -> httpx.Response | None:
    """None for what cannot be written as an HTTP request at all."""
    said = case.as_transport_kwargs(base_url="http://service")
    headers = {name: value for name, value in dict(said["headers"]).items() if name.lower() != "authorization"}
    body = {"json": said["json"]} if "json" in said else {"content": said["data"]} if said.get("data") else {}
    try:
        request = client.build_request(said["method"], said["url"], params=said.get("params"), headers=headers, **body)
    except (UnicodeError, TypeError, ValueError, httpx.InvalidURL):
        return None
    return await client.send(request)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
async def test_every_answer_is_one_that_the_contract_documents(
    service: ServiceUnderTest, contract: dict[str, Any], mode: GenerationMode
) -> None:
    """The client holds each answer to the contract: status, media type, headers and body."""
    for described in operations(contract):
        del described["security"]  # else most of what is wrong would be a missing token, which the client adds
    answered = 0
    for result in schemathesis.openapi.from_dict(contract).get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # an invalid contract has no operations to try
        if operation.definition.raw.get("x-streams"):
            continue
        for case in drawn(operation, mode):
            answer = await sent(service.client, case)
            if answer is not None:
                answered += 1
                assert answer.status_code < 500, f"{case.as_curl_command()}\n{answer.text}"
                case.validate_response(answer, checks=[negative_data_rejection])
    assert answered > 100
