"""One trace runs from a request through the fact that it recorded into the reaction of another service."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.testing import ServiceUnderTest
from tests.chassis.post import SENT

spans = InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def _tracing() -> Iterator[None]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    yield
    provider.shutdown()


async def test_a_fact_carries_the_trace_of_its_request_and_the_reaction_goes_on_with_it(post: ServiceUnderTest) -> None:
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    answer = await post.client.post("/v1/parcels", json={"address": "Elm 1"}, headers=headers)
    assert answer.status_code == 201
    [fact] = await post.announced(SENT)
    assert fact.traceparent is not None
    assert fact.traceparent.split("-")[1] == trace_id

    order = fact.model_copy(update={"type": "shop.order-placed.v1", "data": {"address": "Oak 1"}})
    await post.inbox.receive([order.encode()])
    names = {span.name for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" == trace_id}
    assert "react send_parcel" in names
    followed = (await post.announced(SENT))[-1]
    assert followed.traceparent is not None
    assert followed.traceparent.split("-")[1] == trace_id
