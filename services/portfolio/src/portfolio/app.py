"""The portfolio service: the pipeline, the catalog, and the retired services, with the decisions between them."""

from chassis.manifest import Manifest
from portfolio.db import Base

manifest = Manifest(
    name="portfolio",
    title="Steward portfolio",
    description="The pipeline, the catalog and the retired services, with the decisions between them.",
    metadata=Base.metadata,
    migrations="portfolio.migrations",
    routers=[],
    events=[],
    reactions=[],
)
