"""A rule that looks for opportunities, and what it says of one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import Field

from chassis.money import Amount
from chassis.text import Schema
from portfolio.opportunity.subjects import Seen, Subject
from portfolio.opportunity.terms import SubjectKind


class Figure(Schema):
    """`threshold` is where the rule begins to find something; null for a figure that is said for comparison."""

    name: str
    value: Amount
    unit: str
    threshold: Amount | None = None
    as_of: date


class OpportunityEvidence(Schema):
    """What an opportunity rests on; `links` are public addresses."""

    figures: list[Figure] = Field(max_length=20)
    links: list[str] = Field(max_length=10)


@dataclass(frozen=True)
class Told:
    """What a rule says. `magnitude`: the larger, the graver. `concerns` are the things that it is about, where these
    are several: that there is another one is new evidence whatever the magnitude."""

    sentence: str
    magnitude: Decimal
    figures: Sequence[Figure]
    concerns: Sequence[str] = ()


@dataclass(frozen=True)
class Rule:
    """`judge` looks at what is `seen` and says nothing of what is not known. Evidence is another once the magnitude has
    moved by `step`: less is noise."""

    name: str
    version: int
    subject_kind: SubjectKind
    seen: type[Seen]
    magnitude: str
    step: Decimal
    judge: Callable[[Any], Told | None]

    @property
    def fires_when(self) -> str:
        return " ".join((self.judge.__doc__ or "").split())


@dataclass(frozen=True)
class Finding:
    rule: Rule
    subject: Subject
    told: Told

    @property
    def evidence(self) -> OpportunityEvidence:
        return OpportunityEvidence(figures=list(self.told.figures), links=[self.subject.link])


S = TypeVar("S", bound=Seen)
Judge = Callable[[S], Told | None]
