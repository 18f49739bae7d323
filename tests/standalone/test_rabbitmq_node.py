"""The private broker of the tests: beside any other one, as durable as a real one, and gone afterwards."""

from pathlib import Path

import aio_pika
import pytest
from pamqp.common import FieldTable

from standalone.postgres import Cluster
from tests import rabbitmq
from tests.processes import is_running

QUORUM: FieldTable = {"x-queue-type": "quorum"}


async def publish(url: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue("orders", durable=True, arguments=QUORUM)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, "orders", mandatory=True)


async def take(url: str) -> bytes:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("orders", durable=True, arguments=QUORUM)
        message = await queue.get(timeout=10)
        await message.ack()
        return message.body


async def test_a_quorum_queue_of_the_private_node_keeps_its_messages_over_stop_and_kill(
    private_broker: rabbitmq.Node,
) -> None:
    assert private_broker.port != 5672
    await publish(private_broker.url(), b"before the stop")
    await private_broker.stop()
    assert not rabbitmq.answers(private_broker.url())
    await private_broker.start()
    assert await take(private_broker.url()) == b"before the stop"
    await publish(private_broker.url(), b"before the kill")
    await private_broker.kill()
    assert not rabbitmq.answers(private_broker.url())
    await private_broker.start()
    assert await take(private_broker.url()) == b"before the kill"


@pytest.mark.skipif(not rabbitmq.installed_server(), reason="no rabbitmq-server is installed")
def test_the_private_node_and_its_name_server_are_gone_afterwards(tmp_path: Path) -> None:
    with rabbitmq.private_node(tmp_path) as node:
        node.wait()
        pids = node.pids
        assert len(pids) == 2
    assert not any(is_running(pid) for pid in pids)


async def test_the_shared_broker_carries_messages(amqp_url: str) -> None:
    await publish(amqp_url, b"shared")
    assert await take(amqp_url) == b"shared"


def test_an_open_port_that_does_not_greet_is_no_broker(private_cluster: Cluster) -> None:
    assert not rabbitmq.answers(f"amqp://127.0.0.1:{private_cluster.port}")
