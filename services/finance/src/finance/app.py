"""The finance service: the ledger, what each service costs, and who pays for it."""

from chassis.manifest import Manifest
from finance.db import Base

manifest = Manifest(
    name="finance",
    title="Steward finance",
    description="The ledger, what each service costs, and who pays for it.",
    metadata=Base.metadata,
    migrations="finance.migrations",
    routers=[],
    events=[],
    reactions=[],
)
