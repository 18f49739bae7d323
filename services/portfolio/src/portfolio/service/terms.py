"""The words for what a service is and where it stands in its life."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    CUSTOMER_FACING = "customer_facing"
    SUPPORTING = "supporting"


class Criticality(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Stage(StrEnum):
    PIPELINE = "pipeline"
    CATALOG = "catalog"
    RETIRED = "retired"


class Status(StrEnum):
    PROPOSED = "proposed"
    DEFINED = "defined"
    ANALYZED = "analyzed"
    APPROVED = "approved"
    CHARTERED = "chartered"
    IN_DEVELOPMENT = "in_development"
    ON_HOLD = "on_hold"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    OPERATIONAL = "operational"
    RETIRING = "retiring"
    RETIRED = "retired"
    ARCHIVED = "archived"

    @property
    def stage(self) -> Stage:
        return STAGES.get(self, Stage.PIPELINE)


GONE = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.RETIRED, Status.ARCHIVED})
"""Where nothing is promised, used or subscribed to any more."""

STAGES: Mapping[Status, Stage] = {
    Status.OPERATIONAL: Stage.CATALOG,
    Status.RETIRING: Stage.CATALOG,
    Status.RETIRED: Stage.RETIRED,
    Status.ARCHIVED: Stage.RETIRED,
}


class Step(StrEnum):
    PROPOSAL = "proposal"
    DEFINITION = "definition"
    ANALYSIS = "analysis"
    APPROVAL = "approval"
    CHARTER = "charter"
    DEVELOPMENT = "development"
    LAUNCH = "launch"
    RETIREMENT_NOTICE = "retirement_notice"
    NOTICE_CANCELLATION = "notice_cancellation"
    RETIREMENT = "retirement"
    ARCHIVING = "archiving"
    HOLD = "hold"
    RESUMPTION = "resumption"
    REJECTION = "rejection"
    WITHDRAWAL = "withdrawal"
    IMPORT = "import"
    RELATION_END = "relation_end"
