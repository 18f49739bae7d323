"""The operations on assets, their maturity and gaps."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import exists, select

from chassis.application import Today
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code, Day, Line
from strategy import tree
from strategy.asset import queries
from strategy.asset.model import (
    Asset,
    AssetAssessment,
    CodeTaken,
    InTheFuture,
    OtherKind,
    UnitInUse,
    WithinItself,
)
from strategy.asset.schemas import (
    AssessAsset,
    AssetAssessmentView,
    AssetGapView,
    AssetView,
    DescribeAsset,
    MaturityTreeView,
    MoveAsset,
    RecordAsset,
)
from strategy.asset.terms import AssetKind, AssetType
from strategy.holding import held

router = Router("assets")

READ, WRITE, ASSESS = (f"strategy:asset:{verb}" for verb in ("read", "write", "assess"))
DESCRIPTION = {"name": "Cloud engineers", "owner": "Head of platforms", "target_maturity": "4", "weight": "2"}

AsOf = Annotated[Day | None, Query(description="Today when left out.")]


@router.operation(
    "POST",
    "/assets",
    permission=WRITE,
    problems=[CodeTaken, OtherKind],
    status=201,
    example={"code": "cloud-engineers", "kind": "resource", "type": "people", "unit": "days", **DESCRIPTION},
)
async def record_asset(command: RecordAsset, session: Session) -> AssetView:
    """Record a strategic asset."""
    if command.parent_id:
        await found(session, Asset, command.parent_id)
    asset = Asset.record_new(**dict(command))
    session.add(asset)
    await session.flush()
    return AssetView.model_validate(asset)


@router.operation("GET", "/assets", permission=READ)
async def list_assets(
    session: Session,
    asked: AskedPage,
    code: Code | None = None,
    owner: Line | None = None,
    kind: AssetKind | None = None,
    type: AssetType | None = None,
    parent_id: UUID | None = None,
    below: UUID | None = None,
    assessed: Annotated[bool | None, Query(description="Whether it was ever assessed itself.")] = None,
) -> Page[AssetView]:
    """List assets; `below` gives everything under one, `parent_id` what lies directly under it."""
    exact = {"code": code, "owner": owner, "kind": kind, "type": type, "parent_id": parent_id}
    query = select(Asset).filter_by(**{name: value for name, value in exact.items() if value is not None})
    if below:
        query = query.where(Asset.id.in_(tree.below(Asset, below)))
    if assessed is not None:
        ever = exists().where(AssetAssessment.asset_id == Asset.id)
        query = query.where(ever if assessed else ~ever)
    return await page(session, query, asked, sorts={"code": Asset.code, "name": Asset.name}, tie=Asset.id)


@router.operation("GET", "/assets/{asset_id}", permission=READ)
async def get_asset(asset_id: UUID, session: Session) -> AssetView:
    """Show an asset."""
    return AssetView.model_validate(await found(session, Asset, asset_id))


@router.operation("PUT", "/assets/{asset_id}", permission=WRITE, problems=[UnitInUse], example=DESCRIPTION)
async def describe_asset(
    asset_id: UUID, command: DescribeAsset, version: ExpectedVersion, session: Session
) -> AssetView:
    """Change what is said of an asset."""
    asset = await held(session, Asset, asset_id, version=version)
    asset.describe(**dict(command), counted=await queries.is_counted(session, asset_id))
    await session.flush()
    return AssetView.model_validate(asset)


@router.operation(
    "POST",
    "/assets/{asset_id}/move",
    permission=WRITE,
    problems=[WithinItself],
    example={"under": "0198c0de-0000-7000-8000-000000000001"},
)
async def move_asset(asset_id: UUID, command: MoveAsset, version: ExpectedVersion, session: Session) -> AssetView:
    """Move an asset, with everything below it, under another one."""
    await tree.hold(session, Asset)
    asset = await found(session, Asset, asset_id, version=version)
    if command.under:
        await found(session, Asset, command.under)
    asset.move(under=command.under, ancestors_of_target=await tree.ancestors(session, Asset, command.under))
    await session.flush()
    return AssetView.model_validate(asset)


@router.operation(
    "PUT",
    "/assets/{asset_id}/assessments/{assessed_on}",
    permission=ASSESS,
    problems=[InTheFuture],
    example={"maturity": "2.5", "note": "Two of five practices are in place."},
)
async def assess_asset(
    asset_id: UUID, assessed_on: Day, command: AssessAsset, session: Session, caller: CurrentCaller, today: Today
) -> AssetAssessmentView:
    """Assess the maturity of an asset as of a day; another one of the same day takes its place."""
    asset = await held(session, Asset, asset_id)
    assessment = asset.assess(**dict(command), on=assessed_on, by=caller.subject, today=today)
    assessment = await session.merge(assessment)
    await session.flush()
    return AssetAssessmentView.model_validate(assessment)


@router.operation("GET", "/assets/{asset_id}/assessments", permission=READ)
async def list_assessments_of_asset(asset_id: UUID, session: Session, asked: AskedPage) -> Page[AssetAssessmentView]:
    """List how an asset was assessed over time."""
    await found(session, Asset, asset_id)
    query = select(AssetAssessment).where(AssetAssessment.asset_id == asset_id)
    sorts = {"assessed_on": AssetAssessment.assessed_on}
    return await page(session, query, asked, sorts=sorts, tie=AssetAssessment.asset_id)


@router.operation("GET", "/assets/{asset_id}/maturity", permission=READ)
async def get_maturity(asset_id: UUID, session: Session, today: Today, as_of: AsOf = None) -> MaturityTreeView:
    """Show how mature an asset is, and those directly below it: the mean of assessed children, all the way down."""
    return await queries.maturity_of(session, await found(session, Asset, asset_id), as_of=as_of or today)


@router.operation("GET", "/asset-gaps", permission=READ)
async def list_asset_gaps(
    session: Session,
    asked: AskedPage,
    today: Today,
    kind: AssetKind | None = None,
    type: AssetType | None = None,
    as_of: AsOf = None,
) -> Page[AssetGapView]:
    """List the assets that were assessed and have no others below them, the widest weighted gap first.

    Of equal gaps the larger shortfall comes first, then the code decides. Ranks are those among all assets.
    """
    ranked = queries.gaps(as_of or today)
    query = select(ranked)
    for column, wanted in ((ranked.c.kind, kind), (ranked.c.type, type)):
        if wanted:
            query = query.where(column == wanted)
    return await page(session, query, asked, sorts={"rank": ranked.c.rank}, tie=ranked.c.asset_id, by_row=True)
