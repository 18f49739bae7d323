"""Taking groups into the tree of customers, by the rules of customer imports."""

from collections.abc import Mapping

from pydantic import ValidationError

from chassis.descriptors import Remark
from chassis.sent_descriptors import EntityOutcome, Sent
from chassis.web import pointer_to, sentence_of
from strategy.backstage_entity.descriptor import Group
from strategy.backstage_entity.placing import Place
from strategy.customer.import_schemas import CustomerRow
from strategy.customer.intake import Intake
from strategy.customer.model import Customer
from strategy.customer.register import Register, RowRefused

SAID_IN = {"name": ["metadata", "title"], "kind": ["kind"]}


class GroupIntake:
    """Each is the customer with its external id, else with its code, else with its name, else a new internal unit."""

    def __init__(self, source: str, register: Register) -> None:
        self.source, self.intake, self.register = source, Intake(register), register
        there = {it for it in register.by_external_id.values() if it.source == source}
        self.codes: dict[str, str] = {it.external_id: register.by_id[it.customer_id].code for it in there}
        self._identified = {it.customer_id for it in there if not it.inherited}
        self.merged = {it.external_id for it in there if it.inherited}
        self._planned: set[str] = set()

    @property
    def standing(self) -> Mapping[str, str]:
        customers = self.register.by_id
        return {it.code: customers[it.parent_id].code for it in customers.values() if it.parent_id}

    def plan(self, sent: Sent[Group], group: Group) -> None:
        key = group.reference.key
        if key in self.merged:
            sent.entity, sent.code = None, self.codes[key]
            return
        code = self.codes.get(key) or self._code(group)
        holder = self.register.by_code.get(code)
        other = holder is not None and holder.id in self._identified and key not in self.codes
        if other or code in self._planned:
            sent.refuse(Remark(pointer="/metadata/name", message=f"another group has the code {code}"))
            return
        self._planned.add(code)
        self.codes[key] = code

    def _code(self, group: Group) -> str:
        twin = self.register.named(_name(group, None))
        known_by_name = twin and group.code not in self.register.by_code and twin.id not in self._identified
        return twin.code if twin and known_by_name else group.code

    def take(self, sent: Sent[Group], group: Group, place: Place | None) -> None:
        code = self.codes[group.reference.key]
        if place and place.parent not in self.register.by_code:
            sent.leave_out(place.pointer, f"{place.parent} was refused")
            place = None
        said = {
            "source": self.source,
            "external_id": group.reference.key,
            "code": code,
            "name": _name(group, self.register.by_code.get(code)),
        }
        try:
            row = CustomerRow.model_validate(said | ({"parent_code": place.parent} if place else {}))
            sent.outcome, sent.code = EntityOutcome(self.intake.take(row)), code
        except RowRefused as refused:
            sent.refuse(Remark(pointer=_pointer(refused.field), message=refused.reason))
        except ValidationError as error:
            sent.refuse(*(Remark(pointer=_pointer(it["loc"][0]), message=sentence_of(it)) for it in error.errors()))

    def customer(self, group: Group) -> Customer:
        """Of a group that was taken."""
        return self.register.by_code[self.codes[group.reference.key]]

    def move(self, place: Place) -> None:
        child, parent = self.register.by_code[place.child], self.register.by_code.get(place.parent)
        if parent is None or child.parent_id == parent.id or child.merged_into:
            return
        child.move(under=parent.id, ancestors_of_target=set(self.register.above(parent)))
        place.sent.is_changed()


def _name(group: Group, known: Customer | None) -> str:
    """What is left out stays as it is."""
    return group.metadata.title or group.spec.profile.display_name or (known.name if known else group.metadata.name)


def _pointer(field: object) -> str:
    return pointer_to(SAID_IN.get(str(field), ["metadata", "name"]))
