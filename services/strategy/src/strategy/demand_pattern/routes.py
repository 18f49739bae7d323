"""The operations on demand patterns, their volumes and what is expected of them."""

from uuid import UUID

from sqlalchemy import select

from chassis.application import Today
from chassis.money import of_fraction
from chassis.operations import ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchResource
from chassis.text import Code, Day
from strategy.customer.model import Merged
from strategy.customer.queries import living
from strategy.demand_pattern import queries
from strategy.demand_pattern.decomposition import LEAST_MONTHS, decompose
from strategy.demand_pattern.model import (
    DECIMALS,
    CodeTaken,
    DemandForecast,
    DemandPattern,
    DemandVolume,
    DriverTaken,
    NobodyToDrive,
    NotAMonth,
    NotOneSubject,
    TooShort,
)
from strategy.demand_pattern.schemas import (
    DecomposedMonth,
    DecompositionView,
    DefineDemandPattern,
    DemandForecastView,
    DemandPatternView,
    DemandVolumeView,
    DescribeDemandPattern,
    ForecastDemand,
    StateVolume,
)
from strategy.holding import held
from strategy.known_service.model import KnownService
from strategy.need.model import Need
from strategy.segment.model import Segment

router = Router("demand-patterns")

READ, WRITE, FORECAST = (f"strategy:demand-pattern:{verb}" for verb in ("read", "write", "forecast"))
SOME_ID = "01928f6e-5a00-7000-8000-000000000000"
DESCRIPTION = {"name": "Calls to the service desk", "driver": "desk-calls"}


@router.operation(
    "POST",
    "/demand-patterns",
    permission=WRITE,
    problems=[CodeTaken, DriverTaken, NotOneSubject, NobodyToDrive, Merged],
    status=201,
    example={"code": "desk-calls", **DESCRIPTION, "unit": "calls", "service_id": SOME_ID},
)
async def define_demand_pattern(command: DefineDemandPattern, session: Session) -> DemandPatternView:
    """Define what is counted month by month: of a service or for a need, of a customer, a segment or everybody."""
    if command.service_id and await session.get(KnownService, command.service_id) is None:
        raise NoSuchResource(f"There is no KnownService with the id {command.service_id}.")
    if command.need_id:
        await found(session, Need, command.need_id)
    if command.customer_id:
        await living(session, command.customer_id)
    if command.segment_id:
        await found(session, Segment, command.segment_id)
    pattern = DemandPattern.define(**dict(command))
    session.add(pattern)
    await session.flush()
    return DemandPatternView.model_validate(pattern)


@router.operation("GET", "/demand-patterns", permission=READ)
async def list_demand_patterns(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    service_id: UUID | None = None,
    need_id: UUID | None = None,
    customer_id: UUID | None = None,
    segment_id: UUID | None = None,
    driver: Code | None = None,
) -> Page[DemandPatternView]:
    """List demand patterns."""
    exact = {
        "code": code,
        "service_id": service_id,
        "need_id": need_id,
        "customer_id": customer_id,
        "segment_id": segment_id,
        "driver": driver,
    }
    P = DemandPattern
    query = select(P).filter_by(**{name: value for name, value in exact.items() if value is not None})
    return await page(session, query, asked, sorts={"code": P.code, "name": P.name}, tie=P.id)


@router.operation("GET", "/demand-patterns/{demand_pattern_id}", permission=READ)
async def get_demand_pattern(demand_pattern_id: UUID, session: Session) -> DemandPatternView:
    """Show a demand pattern."""
    return DemandPatternView.model_validate(await found(session, DemandPattern, demand_pattern_id))


@router.operation(
    "PUT",
    "/demand-patterns/{demand_pattern_id}",
    permission=WRITE,
    problems=[DriverTaken, NobodyToDrive],
    example=DESCRIPTION,
)
async def describe_demand_pattern(
    demand_pattern_id: UUID, command: DescribeDemandPattern, version: ExpectedVersion, session: Session
) -> DemandPatternView:
    """Change the name of a demand pattern, or the driver that its forecasts give quantities to."""
    pattern = await found(session, DemandPattern, demand_pattern_id, version=version)
    pattern.describe(**dict(command))
    await session.flush()
    return DemandPatternView.model_validate(pattern)


@router.operation(
    "PUT",
    "/demand-patterns/{demand_pattern_id}/volumes/{month}",
    permission=WRITE,
    problems=[NotAMonth],
    example={"quantity": "1250"},
)
async def state_demand_volume(
    demand_pattern_id: UUID, month: Day, command: StateVolume, session: Session, today: Today
) -> DemandVolumeView:
    """State how much was asked for in a month; the same again changes nothing, another quantity corrects it."""
    pattern = await found(session, DemandPattern, demand_pattern_id)
    volume = pattern.volume(month=month, quantity=command.quantity, today=today)
    await queries.keep(session, [(pattern.id, month, command.quantity)])
    return DemandVolumeView.model_validate(volume)


@router.operation("GET", "/demand-patterns/{demand_pattern_id}/volumes", permission=READ)
async def list_demand_volumes(demand_pattern_id: UUID, session: Session, asked: AskedPage) -> Page[DemandVolumeView]:
    """List the months of a demand pattern that were counted."""
    await found(session, DemandPattern, demand_pattern_id)
    query = select(DemandVolume).where(DemandVolume.demand_pattern_id == demand_pattern_id)
    sorts = {"month": DemandVolume.month, "quantity": DemandVolume.quantity}
    return await page(session, query, asked, sorts=sorts, tie=DemandVolume.month)


@router.operation("GET", "/demand-patterns/{demand_pattern_id}/decomposition", permission=READ, problems=[TooShort])
async def decompose_demand(demand_pattern_id: UUID, session: Session) -> DecompositionView:
    """Take the latest months in a row apart into trend, season and remainder; it needs 24 of them and uses 240."""
    await found(session, DemandPattern, demand_pattern_id)
    series = await queries.series(session, demand_pattern_id)
    if (months := len(series.quantities)) < LEAST_MONTHS:
        raise TooShort(f"It takes {LEAST_MONTHS} months in a row; there are {months}.", months=months)
    parts = decompose(series.values)
    return DecompositionView(
        demand_pattern_id=demand_pattern_id,
        months=[
            DecomposedMonth(
                month=series.month(at),
                quantity=quantity,
                trend=None if trend is None else of_fraction(trend, DECIMALS),
                season=of_fraction(parts.season(at), DECIMALS),
                remainder=None if rest is None else of_fraction(rest, DECIMALS),
            )
            for at, (quantity, trend, rest) in enumerate(
                zip(series.quantities, parts.trend, parts.remainder, strict=True)
            )
        ],
    )


@router.operation(
    "POST",
    "/demand-patterns/{demand_pattern_id}/forecasts",
    permission=FORECAST,
    problems=[TooShort],
    status=201,
    example={"months": 12},
)
async def forecast_demand(
    demand_pattern_id: UUID, command: ForecastDemand, session: Session, today: Today
) -> DemandForecastView:
    """Forecast the months that follow the latest one, and hand them to finance as a driver, to portfolio as demand.

    Of the methods that the months in a row are long enough for, the one with the least error is taken, unless one is
    named. A later forecast takes the place of this one.
    """
    pattern = await held(session, DemandPattern, demand_pattern_id)
    made = pattern.forecast(
        await queries.series(session, pattern.id),
        number=await queries.next_number(session, pattern.id),
        months=command.months,
        method=command.method,
        on=today,
    )
    session.add(made)
    await session.flush()
    return DemandForecastView.model_validate(made)


@router.operation("GET", "/demand-patterns/{demand_pattern_id}/forecasts", permission=READ)
async def list_demand_forecasts(
    demand_pattern_id: UUID, session: Session, asked: AskedPage
) -> Page[DemandForecastView]:
    """List what was expected of a demand pattern over time; `sort=-number` begins with the latest."""
    await found(session, DemandPattern, demand_pattern_id)
    query = select(DemandForecast).where(DemandForecast.demand_pattern_id == demand_pattern_id)
    return await page(session, query, asked, sorts={"number": DemandForecast.number}, tie=DemandForecast.number)
