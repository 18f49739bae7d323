"""What resources of TMF620 say, in terms of offerings."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from chassis.exchange import ResourceRefused
from chassis.resources import Reference, spoken
from chassis.text import CODE
from strategy.customer.naming import MAX_CODE, code_for
from strategy.offering.option import Option
from strategy.product_catalog import pricing
from strategy.product_catalog.tmf620 import (
    ENDED,
    EXCLUSIVITY,
    SELECTABLE,
    UNDERWAY,
    PriceTerms,
    ProductOffering,
    ProductSpecification,
    ProductSpecificationCharacteristic,
)


class Around(Protocol):
    """What the references of one source lead to; None where that is not known."""

    def space(self, named: Reference) -> UUID | None: ...
    def service(self, named: Reference) -> UUID | None: ...
    def bundled(self, named: Reference) -> str | None: ...
    def specification(self, named: Reference) -> ProductSpecification | None: ...
    def price(self, named: Reference) -> PriceTerms | None: ...
    def prices_naming(self, offering: ProductOffering) -> Sequence[PriceTerms]: ...


@dataclass
class Said:
    """Only what is said; `terms` are arguments of `ReshapeOffering`."""

    terms: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(offering: ProductOffering, around: Around) -> Said:
    """Raises ResourceRefused for an offering that has ended, or that bundles what is not known."""
    refuse_ended(offering)
    said = Said({"name": offering.name})
    if offering.description is not None:
        said.terms["utility"] = offering.description
    if offering.category is not None:
        said.terms["market_space_ids"] = _known(offering.category, around.space, "category", said)
    if offering.bundled_product_offering is not None:
        said.terms["bundle_codes"] = _bundled(offering.bundled_product_offering, around)
    _read_specification(offering, around, said)
    _read_prices(offering, around, said)
    return said


def refuse_ended(offering: ProductOffering) -> None:
    if spoken(offering.lifecycle_status) in ENDED:
        sentence = f"it is {offering.lifecycle_status}: what has ended is not drafted; withdraw it here by its own step"
        raise ResourceRefused.at("/lifecycleStatus", sentence)


def arrival(offering: ProductOffering) -> list[str]:
    """What is to be said of a status that does not come along."""
    status = offering.lifecycle_status
    if status is None or spoken(status) in UNDERWAY:
        return []
    return [f"It is {status} there and a draft here: it is proposed, approved and launched by its own steps."]


def options_of(characteristics: Sequence[ProductSpecificationCharacteristic], notes: list[str]) -> list[Option]:
    """Those that can be chosen or not; characteristics with values of their own are no options."""
    selectable = [(_code(one), one) for one in characteristics if _is_selectable(one)]
    coded = {code: one for code, one in selectable if code}
    others = [one.name or one.id or "one" for one in characteristics if not any(one is each for each in coded.values())]
    if others:
        notes.append(f"Characteristics with values of their own are no options: {', '.join(others)[:500]}.")
    return [
        Option(
            code=code,
            name=one.name or code,
            description=one.description or "",
            excludes=list(dict.fromkeys(_excluded(one, characteristics, coded))),
        )
        for code, one in coded.items()
    ]


def _is_selectable(one: ProductSpecificationCharacteristic) -> bool:
    boolean = spoken(one.value_type) == SELECTABLE and one.configurable is True
    return boolean and (one.min_cardinality or 0) == 0 and (one.max_cardinality or 1) == 1


def _code(one: ProductSpecificationCharacteristic) -> str:
    if one.id and len(one.id) <= MAX_CODE and re.fullmatch(CODE, one.id):
        return one.id
    return code_for(one.name or one.id or "")


def _excluded(
    one: ProductSpecificationCharacteristic,
    all_of_them: Sequence[ProductSpecificationCharacteristic],
    coded: Mapping[str, ProductSpecificationCharacteristic],
) -> Iterator[str]:
    """By its place where that is told, since names may be shared; else by its name."""
    for relation in one.product_spec_char_relationship or ():
        if spoken(relation.relationship_type) != EXCLUSIVITY:
            continue
        place = relation.char_spec_seq or 0
        at_place = all_of_them[place - 1] if 0 < place <= len(all_of_them) else None
        other = next((code for code, each in coded.items() if each is at_place and each.name == relation.name), None)
        other = other or next((code for code, each in coded.items() if each.name == relation.name), None)
        if other and other != _code(one):
            yield other


def _known(named: Sequence[Reference], find: Any, what: str, said: Said) -> list[UUID]:
    found = [(one, find(one)) for one in named]
    if unknown := [one.name or one.id or "one" for one, id in found if id is None]:
        said.notes.append(f"Not known here, so not taken as {what}: {', '.join(unknown)[:500]}.")
    return list(dict.fromkeys(id for _, id in found if id is not None))


def _bundled(named: Sequence[Reference], around: Around) -> list[str]:
    """A bundle without one of its parts would be another one, so unlike other references these must be known."""
    codes: list[str] = []
    for at, one in enumerate(named):
        code = around.bundled(one)
        if code is None:
            sentence = f"no offering {one.id or one.name} of this source is known, or it bundles this one in turn"
            raise ResourceRefused.at(f"/bundledProductOffering/{at}", sentence)
        codes.append(code)
    return list(dict.fromkeys(codes))


def _read_specification(offering: ProductOffering, around: Around, said: Said) -> None:
    if offering.product_specification is None:
        return
    specification = around.specification(offering.product_specification)
    if specification is None:
        named = offering.product_specification
        said.notes.append(f"The specification {named.id or named.name} has not come from this source.")
        return
    if specification.service_specification is not None:
        said.terms["service_ids"] = _known(specification.service_specification, around.service, "service", said)
    if specification.product_spec_characteristic is not None:
        said.terms["options"] = options_of(specification.product_spec_characteristic, said.notes)


def _read_prices(offering: ProductOffering, around: Around, said: Said) -> None:
    named = offering.product_offering_price
    prices = [*_given(named or (), around, said), *around.prices_naming(offering)]
    if not prices and (named is None or named):
        return
    said.terms |= pricing.read(prices, said.terms.get("options", ()), said.notes)


def _given(named: Sequence[PriceTerms], around: Around, said: Said) -> Iterator[PriceTerms]:
    """Prices within the offering, and those it names."""
    for one in named:
        within = one.price is not None or one.price_type is not None or one.description is not None
        reference = Reference(id=one.id, href=one.href, name=one.name)
        price = one if within else around.price(reference)
        if price is None:
            said.notes.append(f"The price {one.id or one.name} has not come from this source.")
        else:
            yield price
