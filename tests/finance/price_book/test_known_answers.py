"""Published prices and charges, met to the cent."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.chassis.numbers import public
from tests.finance.price_book.terms import amount

D = Decimal


@pytest.fixture(scope="module")
def tiered() -> dict[str, dict[str, Any]]:
    cases = {case["id"]: case for case in json.loads(public("oracles/tiered_pricing.json").read_text())["cases"]}
    assert len(cases) == 5
    return cases


def price_of(model: str, published: dict[str, Any]) -> dict[str, Any]:
    tiers = [{**tier, "up_to": tier["up_to"] and str(tier["up_to"])} for tier in published["tiers"]]
    return {"model": model, "tiers": tiers}


@pytest.mark.parametrize("id", ["zuplo", "useautumn", "lago"])
def test_graduated_and_volume(tiered: dict[str, dict[str, Any]], id: str) -> None:
    published = tiered[id]
    assert len(published["cases"]) >= 3
    for case in published["cases"]:
        for model in ("graduated", "volume"):
            found = amount(price_of(model, published), str(case["quantity"]))
            assert found == D(case[model])
            assert found == D(case.get(f"published_{model}", case[model]))


def test_volume_and_package_of_another_publisher(tiered: dict[str, dict[str, Any]]) -> None:
    volume, package = tiered["flexprice_volume"]["cases"]
    price = {"model": "volume", "tiers": [{"up_to": None, "unit_price": volume["tier_unit_price"]}]}
    assert amount(price, str(volume["quantity"])) == D(volume["published"])
    price = {"model": "package", "size": str(package["package_size"]), "price": package["package_price"]}
    assert amount(price, str(package["quantity"])) == D(package["published"])


def test_volume_falls_off_a_cliff_where_the_next_tier_begins(tiered: dict[str, dict[str, Any]]) -> None:
    price = price_of("volume", tiered["zuplo"])
    assert (amount(price, "1000"), amount(price, "1001")) == (D("100.00"), D("50.05"))
    assert tiered["volume_cliff"]["source"] == "property"
