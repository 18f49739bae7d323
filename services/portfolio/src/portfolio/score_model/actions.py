"""Assessing items by the published version of a score model."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.ids import uuid7
from chassis.money import of_fraction, plain
from portfolio.score_model import queries
from portfolio.score_model.model import Assessment, NotPublished, ScoreModel
from portfolio.score_model.schemas import AssessItems
from portfolio.score_model.scoring import score
from portfolio.score_model.terms import ItemKind

DECIMALS = 12


async def assess(
    session: AsyncSession, model: ScoreModel, command: AssessItems, *, by: str, at: datetime
) -> dict[str, UUID]:
    """All or none of them; code → id of the items. NotPublished, ValueRefused, NoSuchResource."""
    if model.published_number is None:
        raise NotPublished(f"Publish a version of {model.code} first.")
    criteria = (await queries.version_of(session, model, model.published_number)).judged_by
    known = await queries.items(session, command.kind, [it.item for it in command.assessments])
    rows = []
    for it in command.assessments:
        found = score(model.method, criteria, {one.criterion: one.value for one in it.values})
        rows.append(
            {
                "id": uuid7(),
                "score_model_id": model.id,
                "number": model.published_number,
                "period": command.period,
                "service_id": known[it.item] if command.kind is ItemKind.SERVICE else None,
                "business_case_id": known[it.item] if command.kind is ItemKind.BUSINESS_CASE else None,
                "values": {one.criterion: plain(one.value) for one in it.values},
                "score": None if found.value is None else of_fraction(found.value, DECIMALS).normalize(),
                "coverage": of_fraction(found.coverage, DECIMALS).normalize(),
                "size": found.size,
                "assessed_by": by,
                "assessed_at": at,
            }
        )
    rows.sort(key=lambda row: str(row["service_id"] or row["business_case_id"]))  # so that two at once do not deadlock
    upsert = insert(Assessment).values(rows)
    newer = {
        name: upsert.excluded[name] for name in ("values", "score", "coverage", "size", "assessed_by", "assessed_at")
    }
    await session.execute(upsert.on_conflict_do_update(constraint="uq_assessments_item", set_=newer))
    return known
