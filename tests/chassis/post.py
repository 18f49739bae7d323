"""A post office: the smallest service that announces facts and reacts to those of another."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped

from chassis.aggregate import Aggregate
from chassis.events import Event, Reading
from chassis.manifest import Manifest, Reactions
from chassis.schema import TYPES, metadata_for

ORDERED = "shop.order-placed.v1"
SENT = "post.parcel-sent.v1"


class Base(DeclarativeBase):
    metadata = metadata_for("post")
    type_annotation_map = TYPES


class ParcelSent(Event, type=SENT):
    parcel_id: UUID
    address: str


class ParcelWeighed(Event, type="post.parcel-weighed.v1"):
    parcel_id: UUID


class Parcel(Aggregate, Base):
    __tablename__ = "parcels"

    address: Mapped[str]

    @classmethod
    def send(cls, *, address: str) -> "Parcel":
        parcel = cls(address=address)
        parcel.record(ParcelSent(parcel_id=parcel.id, address=address))
        return parcel

    def redirect(self, *, address: str) -> None:
        self.address = address
        self.record(ParcelSent(parcel_id=self.id, address=address))

    def weigh(self) -> None:
        """Changes nothing that is stored."""
        self.record(ParcelWeighed(parcel_id=self.id))


class OrderPlaced(Reading, type=ORDERED):
    address: str


reactions = Reactions()
unreachable: set[str] = set()
tried: list[str] = []


@reactions.to(OrderPlaced)
async def send_parcel(session: AsyncSession, order: OrderPlaced) -> None:
    tried.append(order.address)
    session.add(Parcel.send(address=order.address))
    if order.address in unreachable:
        await session.flush()
        raise LookupError(f"nobody lives at {order.address}")


manifest = Manifest(
    name="post",
    title="Post office",
    description="Sends parcels.",
    metadata=Base.metadata,
    migrations="tests.chassis.migrations",
    routers=[],
    events=[ParcelSent, ParcelWeighed],
    reactions=reactions.all,
)
