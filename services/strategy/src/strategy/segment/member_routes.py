"""The operations on the members of segments by list."""

from uuid import UUID

from sqlalchemy import select

from chassis.operations import Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Day
from strategy.customer.model import Merged
from strategy.customer.queries import living
from strategy.holding import held
from strategy.segment import queries
from strategy.segment.model import EndsBeforeItStarts, MemberAlready, OtherBasis, Segment, SegmentMember
from strategy.segment.routes import READ, WRITE
from strategy.segment.schemas import ListedMemberView, ListMember, SegmentView

router = Router("segment-members")

PATH = "/segments/{segment_id}/listed-members"


@router.operation(
    "PUT",
    PATH + "/{customer_id}/{valid_from}",
    permission=WRITE,
    problems=[OtherBasis, MemberAlready, EndsBeforeItStarts, Merged],
    example={"valid_until": "2027-04-01"},
)
async def list_segment_member(
    segment_id: UUID, customer_id: UUID, valid_from: Day, command: ListMember, session: Session
) -> ListedMemberView:
    """List a customer as a member from a day on, or say until when it is one; the same again changes nothing."""
    segment = await held(session, Segment, segment_id)
    known = await session.get(SegmentMember, (segment_id, customer_id, valid_from))
    if known is None:
        await living(session, customer_id)
    if known is None or known.valid_until != command.valid_until:
        new = segment.list_member(customer_id, valid_from=valid_from, valid_until=command.valid_until)
        await queries.refuse_double(session, new)
        known = await session.merge(new)
        await session.flush()
    return ListedMemberView.model_validate(known)


@router.operation("DELETE", PATH + "/{customer_id}/{valid_from}", permission=WRITE, problems=[OtherBasis])
async def strike_segment_member(segment_id: UUID, customer_id: UUID, valid_from: Day, session: Session) -> SegmentView:
    """Take back a membership that was listed by mistake; one that ends gets a last day instead."""
    segment = await held(session, Segment, segment_id)
    if known := await session.get(SegmentMember, (segment_id, customer_id, valid_from)):
        segment.strike_member()
        await session.delete(known)
        await session.flush()
    return SegmentView.model_validate(segment)


@router.operation("GET", PATH, permission=READ)
async def list_listed_members(
    segment_id: UUID, session: Session, asked: AskedPage, customer_id: UUID | None = None
) -> Page[ListedMemberView]:
    """List all memberships that were ever listed in a segment, with their days."""
    await found(session, Segment, segment_id)
    query = select(SegmentMember).where(SegmentMember.segment_id == segment_id)
    if customer_id:
        query = query.where(SegmentMember.customer_id == customer_id)
    sorts = {"valid_from": SegmentMember.valid_from}
    return await page(session, query, asked, sorts=sorts, tie=SegmentMember.customer_id)
