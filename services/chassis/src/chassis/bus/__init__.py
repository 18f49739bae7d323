"""How facts travel from the service that announces them to those that react to them."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import NamedTuple, NoReturn, Protocol
from uuid import UUID

from chassis.pulse import Pulse

# Returns when whoever receives answers for the events; raises when all must be brought again. No events at all ask just
# whether it could receive any.
Receive = Callable[[Sequence[bytes]], Awaitable[None]]


class Message(NamedTuple):
    """`body` is the whole event as it is kept in the outbox; `id` and `type` are the event's."""

    id: UUID
    type: str
    body: bytes


class Bus(Protocol):
    """Carries each message at least once to every consumer of its type, those of one publisher in their order."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when all are in safe hands; when it raises, some may be on their way: all must be published again."""

    async def consume(self, consumer: str, types: Collection[str], receive: Receive, pulse: Pulse) -> NoReturn:
        """Until it is cancelled; comes back by itself whatever fails. The pulse beats while it is ready to receive."""

    async def keep_for(self, consumer: str, types: Collection[str]) -> None:
        """From now on facts of these types wait for this consumer, though it may never have consumed yet."""

    async def trouble(self) -> str | None:
        """Why it can carry nothing now."""

    async def close(self) -> None: ...
