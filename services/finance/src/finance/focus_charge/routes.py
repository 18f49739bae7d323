"""The export of what was invoiced."""

from typing import Annotated

from fastapi import Header, Request, Response

from chassis.extracts import extract
from chassis.operations import CurrentCaller, Router
from chassis.problems import InvalidRequest, PermissionMissing
from chassis.text import Day
from finance.focus_charge.queries import as_csv, as_ndjson
from finance.report.table import CSV_MEDIA

router = Router("focus-charges")

NDJSON_MEDIA = "application/x-ndjson"
READ = "finance:focus-charge:read"


@router.operation(
    "GET",
    "/focus-charges",
    permission=READ,
    produces=[CSV_MEDIA, NDJSON_MEDIA],
    response_class=Response,
    response_model=None,
)
async def export_focus_charges(
    request: Request,
    caller: CurrentCaller,
    starts_on: Day,
    ends_on: Day,
    accept: Annotated[str, Header(max_length=1_000)] = CSV_MEDIA,
) -> Response:
    """Export what was invoiced and credited from `starts_on` until before `ends_on` as rows of FOCUS 1.2."""
    if caller.unit:
        raise PermissionMissing("An export is of all units.", permission=READ)
    if starts_on >= ends_on:
        raise InvalidRequest("starts_on is before ends_on.")
    if NDJSON_MEDIA in accept.lower():
        return extract(request, as_ndjson(starts_on, ends_on), NDJSON_MEDIA)
    return extract(request, as_csv(starts_on, ends_on), CSV_MEDIA)
