"""The words of a business case."""

from enum import StrEnum


class CaseStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Ruling(StrEnum):
    """What a decision does: an approval ends one step of the chain, the others end the chain."""

    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"


class FlowKind(StrEnum):
    """What is paid or received for; a soft benefit is one that no budget will show."""

    CAPITAL = "capital"
    OPERATING = "operating"
    BENEFIT_HARD = "benefit_hard"
    BENEFIT_SOFT = "benefit_soft"


class Convention(StrEnum):
    """When a flow counts: that of period p after p periods, or after p + 1; a dated one after its days / 365 years."""

    FIRST_FLOW_NOW = "first_flow_now"
    PERIOD_END = "period_end"
    DATED = "dated"


class IrrState(StrEnum):
    """How many rates make the net present value zero."""

    NONE = "none"
    ONE = "one"
    SEVERAL = "several"
