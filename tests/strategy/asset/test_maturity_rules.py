"""The maturity of trees worked out by hand, and of any tree against the plain recursive definition."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from strategy.asset.maturity import Node, Standing, standings

Given = dict[str, tuple[str | None, str | None]]


def of(nodes: Given) -> dict[str, Standing]:
    """Node → parent, own maturity."""
    return standings(Node(id, parent, Decimal(own) if own else None) for id, (parent, own) in nodes.items())


def test_a_parent_is_the_mean_of_its_assessed_children_only() -> None:
    found = of({"top": (None, None), "a": ("top", "2"), "b": ("top", "3"), "c": ("top", None)})
    assert found["top"] == Standing(Fraction(5, 2), leaves=3, assessed=2)
    assert found["c"].maturity is None


def test_a_mean_is_taken_of_means_and_stays_exact() -> None:
    """mid = (1+2+2)/3 = 5/3; top = (5/3 + 4)/2 = 17/6; the branch in which nothing is assessed does not count."""
    found = of(
        {
            "top": (None, None),
            "mid": ("top", None),
            "a": ("mid", "1"),
            "b": ("mid", "2"),
            "c": ("mid", "2"),
            "d": ("top", "4"),
            "dark": ("top", None),
            "e": ("dark", None),
        }
    )
    assert found["mid"].maturity == Fraction(5, 3)
    assert found["top"] == Standing(Fraction(17, 6), leaves=5, assessed=4)
    assert found["top"].coverage == Fraction(4, 5)
    assert found["dark"] == Standing(None, leaves=1, assessed=0)


def test_zero_is_assessed_and_counts() -> None:
    assert of({"top": (None, None), "a": ("top", "0"), "b": ("top", "3")})["top"].maturity == Fraction(3, 2)


def test_what_a_parent_was_assessed_itself_does_not_count_beside_its_children() -> None:
    assert of({"top": (None, "5"), "a": ("top", "1")})["top"] == Standing(Fraction(1), leaves=1, assessed=1)
    assert of({"top": (None, "5"), "a": ("top", None)})["top"] == Standing(None, leaves=1, assessed=0)


def test_a_chain_of_any_depth_is_as_mature_as_its_end() -> None:
    chain = [Node(n, n - 1 if n else None, Decimal(3) if n == 5_000 else None) for n in range(5_001)]
    assert standings(chain)[0] == Standing(Fraction(3), leaves=1, assessed=1)


@st.composite
def forests(draw: st.DrawFn) -> list[Node[int]]:
    ratings = st.none() | st.decimals(min_value=0, max_value=5, places=2)
    size = draw(st.integers(1, 12))
    parents = [draw(st.none() | st.integers(0, number - 1)) if number else None for number in range(size)]
    return [Node(number, parents[number], draw(ratings)) for number in range(size)]


@given(forests())
def test_any_tree_follows_the_definition(nodes: list[Node[int]]) -> None:
    def defined(node: Node[int]) -> Fraction | None:
        children = [child for child in nodes if child.parent == node.id]
        if not children:
            return None if node.own is None else Fraction(node.own)
        known = [maturity for child in children if (maturity := defined(child)) is not None]
        return sum(known, Fraction(0)) / len(known) if known else None

    found = standings(nodes)
    assert {node.id: defined(node) for node in nodes} == {id: standing.maturity for id, standing in found.items()}
