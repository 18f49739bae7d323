"""The operations on score models, assessments and rankings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from chassis.application import Now
from chassis.operations import CurrentCaller, ExpectedVersion, Router, Session, found
from chassis.pages import AskedPage, Page, page
from chassis.text import Code
from portfolio.score_model import actions, queries
from portfolio.score_model.model import (
    Assessment,
    CodeTaken,
    CriteriaUnfit,
    NothingToPublish,
    NotPublished,
    ScoreModel,
    ScoreModelVersion,
)
from portfolio.score_model.schemas import (
    AssessedValue,
    AssessItems,
    AssessmentsView,
    AssessmentView,
    BeginScoreModel,
    DraftScoreModel,
    RankedItem,
    ScoreModelVersionView,
    ScoreModelView,
)
from portfolio.score_model.scoring import ValueRefused
from portfolio.score_model.terms import ItemKind, VersionState

router = Router("score-models")

READ, WRITE, PUBLISH, ASSESS = (f"portfolio:score-model:{verb}" for verb in ("read", "write", "publish", "assess"))
CRITERIA = {
    "criteria": [
        {"code": "reach", "name": "Staff reached", "weight": "3", "minimum": "0", "maximum": "100"},
        {
            "code": "risk",
            "name": "Risk",
            "weight": "1",
            "direction": "minimise",
            "minimum": "1",
            "maximum": "5",
        },
    ]
}
Number = Annotated[int, Path(ge=1, le=1_000_000)]


@router.operation(
    "POST",
    "/score-models",
    permission=WRITE,
    problems=[CodeTaken, CriteriaUnfit],
    status=201,
    example={"code": "strategic-fit", "name": "Strategic fit", **CRITERIA},
)
async def begin_score_model(command: BeginScoreModel, session: Session) -> ScoreModelView:
    """Begin a score model with a draft of its first version."""
    model = ScoreModel.begin(code=command.code, name=command.name, method=command.method)
    version = model.draft(command.criteria)
    session.add(model)
    await session.flush()
    session.add(version)
    await session.flush()
    return ScoreModelView.model_validate(model)


@router.operation("GET", "/score-models", permission=READ)
async def list_score_models(session: Session, asked: AskedPage, code: Code | None = None) -> Page[ScoreModelView]:
    """List score models."""
    query = select(ScoreModel).where(ScoreModel.code == code) if code else select(ScoreModel)
    return await page(session, query, asked, sorts={"code": ScoreModel.code}, tie=ScoreModel.id)


@router.operation("GET", "/score-models/{score_model_id}", permission=READ)
async def get_score_model(score_model_id: UUID, session: Session) -> ScoreModelView:
    """Show a score model."""
    return ScoreModelView.model_validate(await found(session, ScoreModel, score_model_id))


@router.operation(
    "PUT", "/score-models/{score_model_id}/draft", permission=WRITE, problems=[CriteriaUnfit], example=CRITERIA
)
async def draft_score_model(
    score_model_id: UUID, command: DraftScoreModel, version: ExpectedVersion, session: Session
) -> ScoreModelView:
    """Change the draft of a score model, or begin the next one after a published version."""
    model = await found(session, ScoreModel, score_model_id, version=version)
    newest = await queries.version_of(session, model, model.number)
    if newest.state is VersionState.PUBLISHED:
        session.add(model.draft(command.criteria))
    else:
        model.check(command.criteria)
        newest.criteria = [it.model_dump(mode="json") for it in command.criteria]
        flag_modified(model, "number")  # its draft is part of what the version stands for
    await session.flush()
    return ScoreModelView.model_validate(model)


@router.operation("POST", "/score-models/{score_model_id}/publication", permission=PUBLISH, problems=[NothingToPublish])
async def publish_score_model(
    score_model_id: UUID, version: ExpectedVersion, session: Session, caller: CurrentCaller, now: Now
) -> ScoreModelView:
    """Publish the draft: it never changes from now on, and items are assessed by it."""
    model = await found(session, ScoreModel, score_model_id, version=version)
    model.publish(await queries.version_of(session, model, model.number), by=caller.subject, at=now)
    await session.flush()
    return ScoreModelView.model_validate(model)


@router.operation("GET", "/score-models/{score_model_id}/versions", permission=READ)
async def list_score_model_versions(
    score_model_id: UUID, session: Session, asked: AskedPage
) -> Page[ScoreModelVersionView]:
    """List the versions of a score model with their criteria."""
    await found(session, ScoreModel, score_model_id)
    V = ScoreModelVersion
    query = select(V).where(V.score_model_id == score_model_id)
    return await page(session, query, asked, sorts={"number": V.number}, tie=V.number)


@router.operation(
    "PUT",
    "/score-models/{score_model_id}/assessments",
    permission=ASSESS,
    problems=[NotPublished, ValueRefused],
    example={
        "period": "2026-Q1",
        "kind": "service",
        "assessments": [{"item": "mail", "values": [{"criterion": "reach", "value": "80"}]}],
    },
)
async def assess_items(
    score_model_id: UUID, command: AssessItems, session: Session, caller: CurrentCaller, now: Now
) -> AssessmentsView:
    """Assess items for a period by the published version, all of them or none; the same again changes nothing."""
    model = await found(session, ScoreModel, score_model_id)
    known = await actions.assess(session, model, command, by=caller.subject, at=now)
    A = Assessment
    column = A.service_id if command.kind is ItemKind.SERVICE else A.business_case_id
    query = select(A).where(
        A.score_model_id == model.id,
        A.number == model.published_number,
        A.period == command.period,
        column.in_(known.values()),
    )
    kept = {it.service_id or it.business_case_id: it for it in await session.scalars(query)}
    return AssessmentsView(
        score_model_id=model.id,
        number=model.published_number or 0,
        period=command.period,
        kind=command.kind,
        assessments=[_shown(it.item, known[it.item], kept[known[it.item]]) for it in command.assessments],
    )


def _shown(item: str, id: UUID, kept: Assessment) -> AssessmentView:
    return AssessmentView(item_id=id, item=item, values=_values(kept.values), score=kept.score, coverage=kept.coverage)


def _values(values: dict[str, Any] | None) -> list[AssessedValue]:
    return [AssessedValue.model_validate({"criterion": name, "value": it}) for name, it in (values or {}).items()]


@router.operation("GET", "/score-models/{score_model_id}/ranking", permission=READ, problems=[NotPublished])
async def rank_items(
    score_model_id: UUID,
    session: Session,
    asked: AskedPage,
    period: Code,
    kind: ItemKind,
    number: Annotated[int | None, Query(ge=1, le=1_000_000, description="Version; else the published one.")] = None,
) -> Page[RankedItem]:
    """Rank items for a period: the highest score first, equal ones sharing a rank, what has no score at the end.

    Equal scores are listed by coverage, then the smaller size of a WSJF, then by code.
    """
    model = await found(session, ScoreModel, score_model_id)
    if number is None and model.published_number is None:
        raise NotPublished(f"No version of {model.code} is published.")
    query, ranked = queries.ranking(model, number or model.published_number or 0, period, kind)
    place = ranked.c.place
    shown: Any = await page(session, query, asked, sorts={"place": place}, tie=place, by_row=True)
    items = [
        RankedItem(
            place=row.place,
            rank=None if row.score is None else row.standing,
            item_id=row.item_id,
            item=row.item,
            name=row.name,
            score=row.score,
            coverage=row.coverage,
            values=_values(row.assessed),
        )
        for row in shown["items"]
    ]
    return Page[RankedItem](items=items, next_cursor=shown["next_cursor"], total=shown["total"])
