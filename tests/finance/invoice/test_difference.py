"""What is left to be billed: by hand, and however often it is billed in between."""

from decimal import Decimal
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from chassis.money import exact_sum
from finance.invoice.difference import Billed, Difference, Of, Said, differences

HARBOUR, WATER = UUID(int=1), UUID(int=2)
OBJECTS = {"MAIL": UUID(int=10), "HOSTING": UUID(int=11)}


def charged(
    amount: str, code: str = "MAIL", consumer: UUID = HARBOUR, quantity: str = "1", item: str | None = None
) -> tuple[Of, Said]:
    said = Said(code, code, item, uuid4(), Decimal(amount), Decimal(quantity), "people")
    return Of(consumer, OBJECTS[code], item), said


def billed(
    amount: str, code: str = "MAIL", consumer: UUID = HARBOUR, quantity: str = "1", item: str | None = None
) -> Billed:
    return Billed(*charged(amount, code, consumer, quantity, item), uuid4())


def told(lines: list[Difference]) -> list[tuple[str, str]]:
    return [(line.said.code, str(line.amount)) for line in lines]


def test_what_was_never_billed_is_billed_in_full_and_corrects_nothing() -> None:
    (line,) = differences([charged("10.00")], [])[HARBOUR]
    assert (line.amount, line.corrects) == (Decimal("10.00"), None)


def test_lines_come_by_code_and_equal_ones_not_at_all() -> None:
    now = [charged("10.00"), charged("5.00", "HOSTING"), charged("7.00", consumer=WATER)]
    found = differences(now, [billed("7.00", consumer=WATER)])
    assert told(found[HARBOUR]) == [("HOSTING", "5.00"), ("MAIL", "10.00")]
    assert WATER not in found


def test_several_lines_of_a_cost_object_are_one() -> None:
    (line,) = differences([charged("10.00", quantity="2"), charged("5.00", quantity="3")], [])[HARBOUR]
    assert (line.amount, line.quantity) == (Decimal("15.00"), Decimal(5))


def test_lines_of_different_items_are_billed_and_corrected_each_by_itself() -> None:
    now = [charged("10.00", item="disk"), charged("6.00", item="vm")]
    found = differences(now, [billed("10.00", item="disk"), billed("5.00", item="vm"), billed("1.00")])[HARBOUR]
    assert [(line.of.item_code, str(line.amount)) for line in found] == [(None, "-1.00"), ("vm", "1.00")]


def test_a_correction_names_the_last_invoice_and_the_difference_of_quantities() -> None:
    first, last = billed("10.00", quantity="4"), billed("-2.00", quantity="-1")
    (line,) = differences([charged("6.50", quantity="5")], [first, last])[HARBOUR]
    assert (line.billed, line.amount, line.quantity) == (Decimal("8.00"), Decimal("-1.50"), Decimal(2))
    assert line.corrects == last.invoice_id


def test_what_is_charged_no_more_is_taken_back_and_still_explained() -> None:
    earlier = billed("10.00")
    (line,) = differences([], [earlier])[HARBOUR]
    assert (line.amount, line.quantity, line.said.charge_id) == (
        Decimal("-10.00"),
        Decimal(-1),
        earlier.said.charge_id,
    )


@given(st.lists(st.integers(-1_000_000, 1_000_000), min_size=1, max_size=12))
def test_after_every_invoice_what_was_billed_in_all_is_what_is_charged(amounts: list[int]) -> None:
    invoices: list[Billed] = []
    for units in amounts:
        now = [charged(str(Decimal(units).scaleb(-2)))]
        invoices += [billed(str(line.amount)) for line in differences(now, invoices).get(HARBOUR, [])]
        assert exact_sum(each.said.amount for each in invoices) == now[0][1].amount
        assert HARBOUR not in differences(now, invoices)
