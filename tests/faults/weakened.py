"""`python -m tests.faults.weakened WITHOUT SERVICE serve|work`: a service that has lost some of its safeguards.

The harness has to notice; what it does not notice here, it would not notice elsewhere.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from sqlalchemy import delete

from chassis import cli, grouping, operations
from chassis.arrivals import Readable
from chassis.bus import Message
from chassis.bus.confirms import Confirms
from chassis.inbox import Inbox
from chassis.outbox import Relay
from chassis.schema import inbox
from finance.ledger import queries


def _replace(owner: Any, **parts: Any) -> None:
    for name, part in parts.items():
        setattr(owner, name, part)


def _inbox() -> None:
    """It acts on whatever arrives, as often as it arrives."""

    act = Inbox._act

    async def always(self: Inbox, session: Any, events: Sequence[Readable]) -> None:
        await session.execute(delete(inbox).where(inbox.c.event_id.in_([event.id for event in events])))
        await act(self, session, events)

    _replace(Inbox, _act=always)


def _confirms() -> None:
    """It takes what it has sent for published."""
    wait = Confirms.publish

    async def publish(self: Confirms, messages: Sequence[Message], exchange: str) -> None:
        sending = asyncio.create_task(wait(self, messages, exchange))
        await asyncio.sleep(0)
        sending.add_done_callback(lambda it: it.cancelled() or it.exception())

    _replace(Confirms, publish=publish)


def _idempotency() -> None:
    """It forgets what it has answered to which key."""

    async def nothing(*_: Any) -> None:
        return None

    _replace(operations, record=nothing)
    _replace(grouping, record=nothing)


def _order() -> None:
    """Its postings lock balances each in an order of its own."""
    keep, dimensions = queries.keep_balances, queries.DIMENSIONS

    async def keep_balances(session: Any, posting_id: Any) -> None:
        _replace(queries, DIMENSIONS=random.sample(dimensions, len(dimensions)))
        await keep(session, posting_id)

    _replace(queries, keep_balances=keep_balances)


def _lock() -> None:
    """Each of its relays takes itself for the only one."""
    begin = Relay.__init__

    def alone(self: Relay, *given: Any) -> None:
        begin(self, *given)
        self._lock = random.randrange(1 << 62)  # type: ignore[assignment]

    _replace(Relay, __init__=alone)


WITHOUT = {"inbox": _inbox, "confirms": _confirms, "idempotency": _idempotency, "order": _order, "lock": _lock}


def main() -> None:
    without, service, *_ = sys.argv[1:]
    for safeguard in without.split(","):
        WITHOUT[safeguard]()
    del sys.argv[1:3]
    cli.main(import_module(f"{service}.app").manifest)


if __name__ == "__main__":
    main()
