"""Usage from a file: each row finds its consumer by code or name, and is recorded once."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import FileUpload, ImportResult
from chassis.problems import Problem
from finance.fiscal_period.model import NotOpen
from finance.usage_record.model import CorrectionRefused, RecordTaken
from finance.usage_record.queries import consumers_named
from finance.usage_record.recording import Asked, record
from finance.usage_record.schemas import UsageRow

ABOUT: dict[type[Problem], str] = {RecordTaken: "external_id", CorrectionRefused: "corrects", NotOpen: "used_on"}


async def import_usage(session: AsyncSession, upload: FileUpload, at: datetime) -> ImportResult:
    created = unchanged = 0
    async for batch in upload.batches(UsageRow):
        consumers = await consumers_named(session, {row.value.consumer for row in batch})
        asked = [Asked(row.value, consumers.get(row.value.consumer)) for row in batch]
        for row, outcome in zip(batch, await record(session, asked, at), strict=True):
            created += outcome.new
            unchanged += outcome.problem is None and not outcome.new
            if outcome.problem:
                field = outcome.problem.context.get("field") or ABOUT[type(outcome.problem)]
                upload.reject(row, field, outcome.problem.detail)
    return upload.result(created=created, unchanged=unchanged)
