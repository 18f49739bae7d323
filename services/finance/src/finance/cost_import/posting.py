"""What an import, a reassignment or a withdrawal brings into the ledger: one posting, one entry per fiscal period."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from finance.cost_import.model import CostImport, ledger_source
from finance.cost_import.placement import Scope
from finance.ledger.actions import Batch
from finance.ledger.entry import Entry
from finance.ledger.line import Line


def batch(
    made: CostImport,
    scope: Scope,
    lines: Mapping[UUID, list[Line]],
    *,
    actor: str,
    at: datetime,
    what: str = "",
    reference: str | None = None,
    adjustment: bool = False,
) -> Batch | None:
    """Entries are dated on the first day of their period, so that cost objects that close within it still take their
    cost. All of them begin their reference with the id of the import, which is how they are linked."""
    name, own = ledger_source(made.source, made.view), reference or str(made.id)
    entries = [
        Entry(
            posted_on=month.starts_on,
            description=f"{what}{made.view.capitalize()} cost of {made.source} in {month.code}",
            source=name,
            reference=f"{own}/{month.code}",
            lines=lines[month.id],
            adjustment=adjustment,
        )
        for month in scope.months.values()
        if month.id in lines
    ]
    return Batch(entries, actor, at, source=name, reference=own) if entries else None
