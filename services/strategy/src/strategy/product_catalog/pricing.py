"""An offering's price intent and the prices of its options, as prices of TMF620 and back."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from chassis.money import Money
from chassis.resources import Body, spoken
from strategy.offering.model import PriceBasis
from strategy.offering.option import Option
from strategy.offering.schemas import ReshapeOffering
from strategy.product_catalog.tmf620 import PERIODS, PRICE_TYPES, PriceTerms, PriceValue

EXACT_DIGITS = 15  # as many as any reader of JSON keeps of a number
PERIOD = {spoken(word): period for period, adverb in PERIODS.items() for word in (period, adverb)}
PER = re.compile(r"(?:(.*\S) and )?(?:([2-9]|[1-9][0-9]{1,2}) )?(day|week|month|quarter|year)(s?)")


def written(offering: ReshapeOffering) -> list[Body]:
    """The price of the offering, where anything is said of it, and that of each option that has one."""
    own = (offering.price, offering.price_basis, offering.pricing_note)
    prices = [_base(offering)] if any(own) else []
    return prices + [_of_option(option) for option in offering.options if option.price]


def read(prices: Sequence[PriceTerms], options: Sequence[Option], notes: list[str]) -> dict[str, Any]:
    """Terms of an offering. Prices of which the model has no place are noted, not guessed at."""
    base = [price for price in prices if not price.prod_spec_char_value_use]
    if len(base) > 1:
        notes.append(f"It has {len(base)} prices, of which none is taken: an offering has one here.")
    said = _read_base(base[0], notes) if len(base) == 1 else {} if base else dict(NO_PRICE)
    return said | ({"options": list(_priced(options, prices, notes))} if options else {})


NO_PRICE: dict[str, Any] = {"price": None, "price_basis": None, "price_unit": None, "pricing_note": ""}


def _base(offering: ReshapeOffering) -> Body:
    basis = {"priceType": PRICE_TYPES[offering.price_basis]} if offering.price_basis else {}
    note = {"description": offering.pricing_note} if offering.pricing_note else {}
    per = _per(offering.price_unit) if offering.price_unit else {}
    amount = _amount(offering.price) if offering.price else {}
    return {"@type": "ProductOfferingPrice", "name": offering.name, **note, **basis, **per, **amount}


def _of_option(option: Option) -> Body:
    use = [{"id": option.code, "name": option.name, "valueType": "boolean"}]
    amount = _amount(option.price) if option.price else {}
    return {"@type": "ProductOfferingPrice", "name": option.name, "prodSpecCharValueUse": use, **amount}


def _per(unit: str) -> Body:
    """`seat and month` is a charge that recurs monthly for each seat; what names no period is one for use."""
    found = PER.fullmatch(unit)
    if found is None or bool(found[2]) != bool(found[4]):
        return {"unitOfMeasure": {"amount": 1, "units": unit}}
    recurring = {"priceType": "recurring", "recurringChargePeriod": found[3]}
    units = {"unitOfMeasure": {"amount": 1, "units": found[1]}} if found[1] else {}
    return {**recurring, "recurringChargePeriodLength": int(found[2] or 1), **units}


def _amount(money: Money) -> Body:
    """Nothing where a number of JSON could lose a digit of it."""
    digits = money.amount.normalize()
    if len(digits.as_tuple().digits) > EXACT_DIGITS or digits.adjusted() >= EXACT_DIGITS:
        return {}
    value = int(digits) if digits == digits.to_integral_value() else float(digits)
    return {"price": {"dutyFreeAmount": {"unit": money.currency, "value": value}}}


def _read_base(price: PriceTerms, notes: list[str]) -> dict[str, Any]:
    amount = _read_amount(price.price, price.name or "A price", notes)
    basis, unit = _read_basis(price)
    if basis is PriceBasis.NO_CHARGE:
        amount = None
    note = price.description or ""
    return {"price": amount, "price_basis": basis, "price_unit": unit, "pricing_note": note}


def _read_basis(price: PriceTerms) -> tuple[PriceBasis | None, str | None]:
    kind = spoken(price.price_type)
    unit = _read_unit(price, recurs=kind == "recurring")
    if kind in ("recurring", "usage"):
        return (PriceBasis.PER_UNIT, unit) if unit else (None, None)
    words = {spoken(word): basis for basis, word in PRICE_TYPES.items()} | {"onetime": PriceBasis.FLAT}
    return words.get(kind), None


def _read_unit(price: PriceTerms, *, recurs: bool) -> str | None:
    units = price.unit_of_measure.units if price.unit_of_measure else None
    amount = price.unit_of_measure.amount if price.unit_of_measure else None
    if units and amount not in (None, 1):
        units = f"{amount} {units}"
    word = price.recurring_charge_period_type or price.recurring_charge_period
    period, length = PERIOD.get(spoken(word)), price.recurring_charge_period_length or 1
    if not (recurs and period):
        return None if recurs else units
    return " and ".join(part for part in (units, period if length == 1 else f"{length} {period}s") if part)


def _read_amount(price: PriceValue | None, name: str, notes: list[str]) -> Money | None:
    if price is None:
        return None
    unit, value = price.unit, price.value
    if price.duty_free_amount:
        unit, value = price.duty_free_amount.unit, price.duty_free_amount.value
    if unit is None or value is None:
        notes.append(f"{name}: no amount free of duty with its currency, so none is taken.")
        return None
    try:
        return Money(amount=Decimal(repr(value)), currency=unit)
    except ValidationError:
        notes.append(f"{name}: {value} has more digits than an amount here, so it is not taken.")
        return None


def _priced(options: Iterable[Option], prices: Iterable[PriceTerms], notes: list[str]) -> Iterator[Option]:
    by_option: dict[str, PriceTerms] = {}
    for price in prices:
        for use in (price.prod_spec_char_value_use or ())[:1]:
            by_option[use.id or use.name or ""] = price
    for option in options:
        own = by_option.get(option.code, by_option.get(option.name))
        amount = None if own is None else _read_amount(own.price, option.name, notes)
        yield option.model_copy(update={"price": amount})
