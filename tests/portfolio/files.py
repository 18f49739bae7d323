"""Files that are sent to the imports of the portfolio."""

import json
from typing import Any

from chassis.testing import ServiceUnderTest
from tests.portfolio.services import made


async def import_file(
    portfolio: ServiceUnderTest, what: str, text: str, *, mapping: dict[str, Any] | None = None
) -> dict[str, Any]:
    """`what` is service, service-level or subscription; the mapping is saved first."""
    asked = {}
    if mapping:
        made(await portfolio.client.put(f"/v1/import-mappings/{what}", content=json.dumps(mapping), headers=JSON))
        asked = {"mapping": what}
    return made(
        await portfolio.client.post(
            f"/v1/{what}-imports", content=text.encode(), params=asked, headers={"Content-Type": "text/csv"}
        )
    )


JSON = {"Content-Type": "application/json"}


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    """Created, changed, unchanged, rejected."""
    return result["created"], result["changed"], result["unchanged"], result["rejected"]


def reasons(result: dict[str, Any]) -> list[tuple[int, str, str]]:
    """In the order of the lines."""
    return sorted((row["line"], row["column"], row["reason"]) for row in result["rejections"])
