"""The operations on saved import mappings, the same in every service."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Response
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.imports import MAPPING_NAME
from chassis.operations import ExpectedVersion, Router, Session, StatedVersion
from chassis.pages import AskedPage, Page, page
from chassis.problems import NoSuchMapping, VersionMissing, VersionStale
from chassis.schema import import_mappings as stored
from chassis.tabular import Mapping
from chassis.text import Schema

MappingPath = Annotated[str, Path(max_length=64, pattern=MAPPING_NAME)]
EXAMPLE = {
    "delimiter": ";",
    "decimal_mark": ",",
    "fields": {"code": {"column": "Nummer", "prefix": "C-"}, "name": {"column": "Bezeichnung", "required": True}},
}


class ImportMappingView(Schema):
    name: str
    version: int
    mapping: Mapping
    changed_at: datetime


def mapping_router(service: str) -> Router:
    """`service` names the permissions: `{service}:import-mapping:read` and `:write`."""
    router = Router("import-mappings")
    read, write = f"{service}:import-mapping:read", f"{service}:import-mapping:write"

    @router.operation("PUT", "/import-mappings/{name}", permission=write, example=EXAMPLE)
    async def put_import_mapping(
        name: MappingPath,
        mapping: Mapping,
        session: Session,
        version: StatedVersion,
    ) -> ImportMappingView:
        """Save an import mapping: a new one, or with If-Match another content for the one that has this name."""
        row = {"name": name, "version": 1, "mapping": mapping.model_dump(mode="json")}
        created = await session.execute(insert(stored).values(row).on_conflict_do_nothing().returning(stored))
        if found := created.one_or_none():
            return ImportMappingView.model_validate(found)
        return ImportMappingView.model_validate(await _replaced(session, row, version))

    @router.operation("GET", "/import-mappings", permission=read)
    async def list_import_mappings(session: Session, asked: AskedPage) -> Page[ImportMappingView]:
        """List the saved import mappings."""
        return await page(session, select(stored), asked, sorts={"name": stored.c.name}, tie=stored.c.name, by_row=True)

    @router.operation("GET", "/import-mappings/{name}", permission=read, problems=[NoSuchMapping])
    async def get_import_mapping(name: MappingPath, session: Session) -> ImportMappingView:
        """Show a saved import mapping."""
        return ImportMappingView.model_validate(await _found(session, name))

    @router.operation("DELETE", "/import-mappings/{name}", permission=write, problems=[NoSuchMapping], status=204)
    async def delete_import_mapping(name: MappingPath, version: ExpectedVersion, session: Session) -> Response:
        """Delete a saved import mapping; what was imported by it stays."""
        gone = delete(stored).where(stored.c.name == name, stored.c.version == version).returning(stored.c.name)
        if await session.scalar(gone) is None:
            raise VersionStale(f"It is at version {(await _found(session, name)).version} now; read it again.")
        return Response(status_code=204)

    return router


async def _found(session: AsyncSession, name: str) -> Any:
    row = (await session.execute(select(stored).where(stored.c.name == name))).one_or_none()
    if row is None:
        raise NoSuchMapping(f"There is no import mapping {name!r}.")
    return row


async def _replaced(session: AsyncSession, row: dict[str, Any], version: int | None) -> Any:
    if version is None:
        raise VersionMissing(f"There is an import mapping {row['name']!r}: change it with If-Match.")
    change = (
        update(stored)
        .where(stored.c.name == row["name"], stored.c.version == version)
        .values(mapping=row["mapping"], version=version + 1, changed_at=func.now())
        .returning(stored)
    )
    changed = (await session.execute(change)).one_or_none()
    if changed is None:
        raise VersionStale(f"It is at version {(await _found(session, row['name'])).version} now; read it again.")
    return changed
