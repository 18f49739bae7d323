"""Cases to appraise, and short words for what tests do with them."""

from typing import Any

import httpx

from chassis.testing import ServiceUnderTest

JSON = dict[str, Any]

# −40,000 now, then 5,000, 8,000, 12,000 and 30,000: published NPV at 8 % 3065.22, IRR 10.58 %, payback 3.5 years.
REPLACE = {
    "name": "Replace it",
    "flows": [
        {"kind": "capital", "period": 0, "amount": "-40000"},
        *(
            {"kind": "benefit_hard", "period": period, "amount": amount}
            for period, amount in enumerate(("5000", "8000", "12000", "30000"), 1)
        ),
    ],
}
NOTHING: JSON = {"name": "Do nothing", "does_nothing": True, "flows": []}
# −10,000 now and 11,800 a year later: NPV 925.93 at 8 %, yearly 1,000.00, more than the longer one's 925.45.
SHORT = {
    "name": "Rent it",
    "flows": [
        {"kind": "operating", "period": 0, "amount": "-10000"},
        {"kind": "benefit_hard", "period": 1, "amount": "11800"},
    ],
}
# Made to have the internal rates 10 % and 20 %.
TWICE = {
    "name": "Mine it",
    "flows": [
        {"kind": "capital", "period": period, "amount": amount} for period, amount in enumerate(("-100", "230", "-132"))
    ],
}


def case(*options: JSON, **more: Any) -> JSON:
    stated = {"name": "Mail", "currency": "CAD", "convention": "first_flow_now", "discount_rate": "0.08"}
    return {**stated, "options": [NOTHING, *options], **more}


async def appraise(finance: ServiceUnderTest, *options: JSON, **more: Any) -> JSON:
    answer = await finance.client.post("/v1/investments", json=case(*options, **more))
    assert answer.status_code == 201, answer.text
    made: JSON = answer.json()
    return made


def at(investment: JSON, rest: str = "") -> str:
    return f"/v1/investments/{investment['id']}{rest}"


async def realize(finance: ServiceUnderTest, investment: JSON, *flows: JSON, option: int = 2) -> httpx.Response:
    return await finance.client.post(at(investment, "/realized-flows"), json={"option": option, "flows": list(flows)})


def flow(reference: str, period: int, amount: str, kind: str = "benefit_hard") -> JSON:
    return {"reference": reference, "kind": kind, "period": period, "amount": amount}
