"""The import of subscriptions from CSV files."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import CSV_MEDIA, ImportResult, Row, Upload
from chassis.operations import Router, Session
from portfolio.intake import take_all
from portfolio.known_customer import queries as customers
from portfolio.service.register import register
from portfolio.subscription.import_schemas import SubscriptionRow
from portfolio.subscription.intake import Intake
from portfolio.subscription.model import Subscription

router = Router("subscription-imports")

BODY_BYTES = 64 << 20


@router.operation(
    "POST",
    "/subscription-imports",
    permission="portfolio:subscription:import",
    upload=CSV_MEDIA,
    max_body_bytes=BODY_BYTES,
)
async def import_subscriptions(upload: Upload, session: Session) -> ImportResult:
    """Start subscriptions by a file, or bring the ends of known ones nearer.

    Fields: source and external_id of the subscription, service (its code) or service_external_id (its id in the same
    source), customer (its code) or customer_id, quantity, option, starts_on, ends_on. Without an external id a
    subscription is known by customer, service, option and first day. Nothing is removed.
    """
    outcomes: Counter[str] = Counter()
    async for rows in upload.batches(SubscriptionRow):
        given = [row.value for row in rows]
        intake = Intake(
            await register(session, given, hold=True),
            await customers.all_held(
                session,
                codes={row.customer for row in given if row.customer},
                ids={row.customer_id for row in given if row.customer_id},
            ),
        )
        intake.learn(await meant_by(session, rows, intake))
        outcomes += take_all(upload, rows, intake.take)
        session.add_all(intake.new)
        await session.flush()
    return upload.result(**outcomes)


async def meant_by(
    session: AsyncSession, rows: Sequence[Row[SubscriptionRow]], intake: Intake
) -> Sequence[Subscription]:
    """Those of the named customers to the named services, and those that have one of the external ids."""
    services = {service.id for service in intake.register.services()}
    of_parties = and_(Subscription.service_id.in_(services), Subscription.customer_id.in_(intake.customers.living))
    names = {(row.value.source, row.value.external_id) for row in rows if row.value.external_id}
    known = tuple_(Subscription.source, Subscription.external_id).in_(names)
    return (await session.scalars(select(Subscription).where(or_(of_parties, known)))).all()
