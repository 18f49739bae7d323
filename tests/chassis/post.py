"""A post office: the smallest service that announces facts and reacts to those of another."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped

from chassis.aggregate import Aggregate
from chassis.events import Event, Reading
from chassis.manifest import Manifest, Reactions
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.schema import TYPES, metadata_for
from chassis.text import Line, Schema

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


class SendParcel(Schema):
    address: Line


class ParcelView(Schema):
    id: UUID
    address: str
    version: int


counter = Router("parcels")


@counter.operation(
    "POST", "/parcels", permission="post:parcel:send", status=201, example={"address": "Elm 1"}, max_body_bytes=2_000
)
async def send(command: SendParcel, session: Session) -> ParcelView:
    """Send a parcel."""
    parcel = Parcel.send(address=command.address)
    session.add(parcel)
    await session.flush()
    return ParcelView.model_validate(parcel)


@counter.operation("GET", "/parcels", permission="post:parcel:read")
async def list_parcels(session: Session, asked: AskedPage, address: Line | None = None) -> Page[ParcelView]:
    """List parcels."""
    query = select(Parcel).where(Parcel.address == address) if address else select(Parcel)
    return await page(session, query, asked, sorts={"address": Parcel.address}, tie=Parcel.id)


@counter.operation("GET", "/parcels/{parcel_id}", permission="post:parcel:read")
async def get_parcel(parcel_id: UUID, session: Session) -> ParcelView:
    """Show a parcel."""
    return ParcelView.model_validate(await found(session, Parcel, parcel_id))


@counter.operation("PUT", "/parcels/{parcel_id}", permission="post:parcel:send", example={"address": "Oak 1"})
async def redirect(parcel_id: UUID, command: SendParcel, version: ExpectedVersion, session: Session) -> ParcelView:
    """Redirect a parcel."""
    parcel = await found(session, Parcel, parcel_id, version=version)
    parcel.redirect(address=command.address)
    await session.flush()
    return ParcelView.model_validate(parcel)


manifest = Manifest(
    name="post",
    title="Post office",
    description="Sends parcels.",
    metadata=Base.metadata,
    migrations="tests.chassis.migrations",
    routers=[counter],
    events=[ParcelSent, ParcelWeighed],
    reactions=reactions.all,
)
