"""A model from cost pools to towers, services and consumers, and short words for what tests do with it."""

from typing import Any

from tests.finance.books import Books, entry, line

YEAR = {"starts_on": "2025-04-01", "ends_on": "2026-04-01"}
MODEL = {"code": "tbm", "name": "From cost pools to consumers", "effective_from": "2025-04-01"}
TOWERS = {
    "code": "towers",
    "method": "direct",
    "pools": [
        {
            "code": "labour",
            "sources": {"kinds": ["cost_center"], "natures": ["Labour"]},
            "targets": {"codes": ["COMPUTE", "NETWORK"]},
            "by": "fixed",
            "parts": {"COMPUTE": "3", "NETWORK": "1"},
        },
        {
            "code": "software",
            "sources": {"kinds": ["cost_center"], "natures": ["Software"]},
            "targets": {"codes": ["COMPUTE"]},
            "by": "even",
        },
    ],
}
SERVICES = {
    "code": "services",
    "method": "reciprocal",
    "pools": [
        {
            "code": "compute",
            "sources": {"codes": ["COMPUTE"]},
            "targets": {"codes": ["NETWORK", "MAIL", "HOSTING"]},
            "by": "fixed",
            "parts": {"NETWORK": "2", "MAIL": "2", "HOSTING": "6"},
        },
        {
            "code": "network",
            "sources": {"codes": ["NETWORK"]},
            "targets": {"codes": ["COMPUTE", "MAIL", "HOSTING"]},
            "driver": "traffic",
        },
    ],
}
CONSUMERS = {
    "code": "consumers",
    "method": "direct",
    "pools": [
        {
            "code": "mail",
            "sources": {"codes": ["MAIL"]},
            "targets": {"every_consumer": True},
            "driver": "headcount",
        },
        {
            "code": "hosting",
            "sources": {"codes": ["HOSTING"]},
            "targets": {"consumers": ["water", "harbour"]},
            "by": "fixed",
            "parts": {"water": "1", "harbour": "2"},
        },
    ],
}


async def load(books: Books, rows: list[str]) -> None:
    content = "\n".join(rows) + "\n"
    answer = await books.client.post(
        "/v1/driver-quantity-imports", content=content, headers={"Content-Type": "text/csv"}
    )
    assert answer.json()["rejected"] == 0, answer.text


async def spend(books: Books, reference: str, account: str, cost_object: str, amount: str) -> None:
    lines = [line(account, amount, cost_object=cost_object), line("2000", f"-{amount}")]
    assert (await books.post(entry(reference, lines=lines))).status_code == 201


async def run(books: Books, *layers: dict[str, Any]) -> str:
    await books.make("/v1/allocation-models", {**MODEL, "layers": list(layers)})
    made = await books.make("/v1/allocation-runs", {"model": "tbm", **YEAR})
    return f"/v1/allocation-runs/{made['id']}"


async def items(books: Books, path: str, by: str) -> dict[str, dict[str, Any]]:
    answer = await books.client.get(path)
    assert answer.status_code == 200, answer.text
    return {row[by]: row for row in answer.json()["items"]}


async def told(books: Books, path: str) -> dict[str, Any]:
    answer = await books.client.get(path)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def revise(books: Books, *layers: dict[str, Any]) -> None:
    model = (await books.client.get("/v1/allocation-models")).json()["items"][0]
    answer = await books.client.post(
        f"/v1/allocation-models/{model['id']}/revisions",
        json={"effective_from": "2025-04-01", "layers": list(layers)},
        headers={"If-Match": f'"{model["version"]}"'},
    )
    assert answer.status_code == 201, answer.text
