"""Taking descriptors into the portfolio by the rules of service imports: new services, changed ones, refusals."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chassis.descriptors import DEFAULT_NAMESPACE, Remark
from chassis.problems import Problem
from chassis.sent_descriptors import EntityOutcome, Sent
from chassis.text import Day
from chassis.web import pointer_to, sentence_of
from portfolio.backstage_entity import terms
from portfolio.backstage_entity.descriptor import Named, annotated
from portfolio.intake import RowRefused
from portfolio.service.import_schemas import ServiceRow
from portfolio.service.intake import Intake
from portfolio.service.model import Service
from portfolio.service.schemas import Tag
from portfolio.service.terms import Kind, Stage

MAX_CODE = 64
WEBSITE = "website"

# Where a field of a service import is said in a descriptor: by an annotation, where it is there, else in its place.
SAID_BY = {
    "code": (terms.CODE, ["metadata", "name"]),
    "name": ("", ["metadata", "title"]),
    "kind": (terms.KIND, ["kind"]),
    "description": ("", ["metadata", "description"]),
    "owner": (terms.OWNER, ["spec", "owner"]),
    "tags": (terms.TAGS, ["metadata", "tags"]),
    "stage": (terms.LIFECYCLE, ["spec", "lifecycle"]),
    "retires_on": (terms.RETIRES_ON, ["spec", "lifecycle"]),
}

DAY: TypeAdapter[date] = TypeAdapter(Day)
TAG: TypeAdapter[str] = TypeAdapter(Tag)


@dataclass
class EntityIntake:
    """`services` has learnt of all that the entities may mean. `retires_on` is the first day without those that are
    deprecated and do not say it themselves."""

    source: str
    retires_on: date | None
    services: Intake

    def take(self, sent: Sent[Named[Any]], entity: Named[Any]) -> None:
        try:
            sent.outcome = self._take(entity)
            sent.code = self.services.by_external_id[self.source, entity.reference.key].code
        except RowRefused as refused:
            sent.refuse(Remark(pointer=_pointer(entity, refused.field), message=refused.reason))
        except ValidationError as error:
            sent.refuse(
                *(Remark(pointer=_pointer(entity, it["loc"][0]), message=sentence_of(it)) for it in error.errors())
            )
        except Problem as problem:
            sent.refuse(Remark(pointer="", message=problem.detail))

    def _take(self, entity: Named[Any]) -> EntityOutcome:
        """Raises RowRefused, ValidationError, Problem. The lifecycle counts for new services: others move by steps."""
        identified = self.services.by_external_id.get((self.source, entity.reference.key))
        code = None if identified else self._code(entity)
        known = identified or self.services.by_code.get(code or "")
        stage, notice = (Stage.PIPELINE, None) if known else self._standing(entity)
        said = self._said(entity, known) | {"code": code, "stage": stage}
        row = ServiceRow.model_validate({field: value for field, value in said.items() if value is not None})
        outcome = self.services.take(row)
        if notice:
            self.services.new[-1].give_notice(self.services.act, retires_on=notice, replacement_id=None)
        return EntityOutcome(outcome)

    def _code(self, entity: Named[Any]) -> str:
        """The first that no service has which is another entity of the source."""
        for code in possible_codes(entity):
            holder = self.services.by_code.get(code)
            if holder is None or all(name.source != self.source for name in holder.external_ids):
                return code
        raise RowRefused("code", "other entities are the services with the codes that it could have")

    def _standing(self, entity: Named[Any]) -> tuple[Stage, date | None]:
        """The stage that a new service joins, and the last day of its notice."""
        said = getattr(entity.spec, "lifecycle", None) or entity.annotation(terms.LIFECYCLE) or terms.PRODUCTION
        if said not in terms.JOINS:
            raise RowRefused("stage", f"no stage is known for it; write one of {', '.join(terms.JOINS)}")
        return terms.JOINS[said], self._notice(entity) if said == terms.DEPRECATED else None

    def _notice(self, entity: Named[Any]) -> date:
        given = entity.annotation(terms.RETIRES_ON)
        try:
            day = DAY.validate_python(given) if given else self.retires_on
        except ValidationError as error:
            raise RowRefused("retires_on", sentence_of(error.errors()[0])) from None
        if day is None:
            sentence = f"deprecated until when? Annotate {terms.RETIRES_ON}, or say retires_on for all that do not"
            raise RowRefused("stage", sentence)
        if day <= self.services.act.on:
            raise RowRefused("retires_on", f"{day} is not after {self.services.act.on}")
        return day

    def _said(self, entity: Named[Any], known: Service | None) -> dict[str, Any]:
        """None of what the descriptor leaves out: that stays as it is."""
        said, spec = entity.metadata, entity.spec
        owner = entity.annotation(terms.OWNER)
        return {
            "source": self.source,
            "external_id": entity.reference.key,
            "name": said.title or (known.name if known else said.name),
            "kind": entity.annotation(terms.KIND) or (None if known else _kind(entity)),
            "description": said.description,
            "owner": spec.owner if owner is None else owner or None,
            "tags": _tags(entity),
        }


def possible_codes(entity: Named[Any]) -> list[str]:
    """What it says, else its name; then that with its kind, and with its namespace if that is not the default."""
    reference = entity.reference
    default = reference.namespace == DEFAULT_NAMESPACE
    longer = f"{reference.kind.lower()}:{reference.name}" if default else str(reference)
    return [entity.annotation(terms.CODE) or reference.name, *([longer] if len(longer) <= MAX_CODE else [])]


def _kind(entity: Named[Any]) -> Kind:
    faces_customers = entity.kind == "System" or entity.spec.type == WEBSITE
    return Kind.CUSTOMER_FACING if faces_customers else Kind.SUPPORTING


def _tags(entity: Named[Any]) -> list[str] | None:
    """Those that the portfolio can hold, and those that only it can hold."""
    here, beside = entity.metadata.tags, entity.annotation(terms.TAGS)
    if here is None and beside is None:
        return None
    return [tag for tag in here or () if can_hold(tag)] + [tag for tag in (beside or "").split(",") if tag]


def can_hold(tag: str) -> bool:
    """Whether a tag of Backstage is one here."""
    try:
        TAG.validate_python(tag)
    except ValidationError:
        return False
    return True


def kept(entity: Named[Any]) -> dict[str, Any]:
    """What BackstageEntity keeps of it, tags that are none here among it."""
    kept = entity.kept()
    if tags := [tag for tag in entity.metadata.tags or () if not can_hold(tag)]:
        kept["metadata"]["tags"] = tags
    return kept


def _pointer(entity: Named[Any], field: Any) -> str:
    annotation, place = SAID_BY.get(field, ("", ["metadata", "name"]))
    return annotated(annotation) if annotation and entity.annotation(annotation) is not None else pointer_to(place)
