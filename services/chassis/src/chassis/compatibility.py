"""What would break those who rely on a published contract: callers of operations, readers of events and codes."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from chassis.schema_fit import Fit, Side

Json = Mapping[str, Any]

# Old requests must still be taken as they were; new answers and events must still be what their readers expect.
REQUESTS, READERS = Fit(tolerant=False), Fit(tolerant=True)


def breaking_files(old: Json, new: Json) -> list[str]:
    """`old` and `new` are contract files by their paths; a file that is gone breaks whoever reads it."""
    return [
        sentence
        for path in sorted(old)
        for sentence in ([f"{path} is gone"] if path not in new else breaking(old[path], new[path]))
    ]


def breaking(old: Json, new: Json) -> list[str]:
    """Sentences that name the place; of an OpenAPI document, an event's schema, or the list of problem codes."""
    if "openapi" in old:
        return list(_operations(old, new))
    if str(old.get("$id", "")).startswith("urn:steward:event:"):
        return list(READERS.misfits(Side(new, new), Side(old, old), old["title"]))
    return [] if "asyncapi" in old else list(_problem_codes(old, new))


def _problem_codes(old: Json, new: Json) -> Iterator[str]:
    for code, problem in old.items():
        if code not in new:
            yield f"the problem {code} is gone"
        elif new[code]["status"] != problem["status"]:
            yield f"the problem {code} has the status {new[code]['status']}, not {problem['status']}"


def _operations(old: Json, new: Json) -> Iterator[str]:
    now = dict(_by_address(new))
    for address, operation in _by_address(old):
        if address not in now:
            yield f"{address} is gone"
            continue
        yield from _Operation(address, Side(operation, old), Side(now[address], new)).breaking()


def _by_address(document: Json) -> Iterator[tuple[str, Json]]:
    """The names of path variables are nobody's business."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}", operation


class _Operation:
    """One operation before and after."""

    def __init__(self, address: str, old: Side, new: Side) -> None:
        self.address, self.old, self.new = address, old, new

    def breaking(self) -> Iterator[str]:
        for said, word in (("operationId", "name"), ("x-permission", "permission")):
            was, now = self.old.schema.get(said), self.new.schema.get(said)
            if was != now:
                yield f"{self.address} has the {word} {now}, not {was}"
        yield from self._parameters()
        yield from self._body()
        yield from self._answers()

    def _parameters(self) -> Iterator[str]:
        was, now = _parameters(self.old), _parameters(self.new)
        for key, parameter in now.items():
            if parameter.get("required") and not was.get(key, {}).get("required"):
                yield f"{self.address} needs the {key}"
        for key, parameter in was.items():
            if key not in now:
                yield f"{self.address} no longer takes the {key}"
            else:
                sides = self.old.at(parameter["schema"]), self.new.at(now[key]["schema"])
                yield from _no_longer(REQUESTS.misfits(*sides, f"{self.address} {key}"))

    def _body(self) -> Iterator[str]:
        was, now = (side.schema.get("requestBody", {}) for side in (self.old, self.new))
        if now.get("required") and not was.get("required"):
            yield f"{self.address} needs a body"
        yield from self._contents(was, now, "takes", "body")

    def _answers(self) -> Iterator[str]:
        was, now = ({k: v for k, v in side.schema["responses"].items() if k < "3"} for side in (self.old, self.new))
        if set(was) != set(now):
            yield f"{self.address} answers with {', '.join(now)}, not {', '.join(was)}"
        for status in sorted(was.keys() & now.keys()):
            yield from self._contents(was[status], now[status], "answers with", "answer")
            for header in sorted(was[status].get("headers", {}).keys() - now[status].get("headers", {}).keys()):
                yield f"{self.address} no longer sends the header {header}"

    def _contents(self, was: Json, now: Json, verb: str, part: str) -> Iterator[str]:
        for media, content in was.get("content", {}).items():
            if media not in now.get("content", {}):
                yield f"{self.address} no longer {verb} {media}"
                continue
            old, new = self.old.at(content["schema"]), self.new.at(now["content"][media]["schema"])
            place = f"{self.address} {part}"
            yield from (
                READERS.misfits(new, old, place) if part == "answer" else _no_longer(REQUESTS.misfits(old, new, place))
            )


def _parameters(operation: Side) -> dict[str, Json]:
    """Those of the path by their position, because only we name them."""
    found = [operation.at(parameter).resolved.schema for parameter in operation.schema.get("parameters", ())]
    in_path = [parameter for parameter in found if parameter["in"] == "path"]
    named = {f"{it['in']} parameter {it['name']}": it for it in found if it["in"] != "path"}
    return named | {f"path parameter {position}": it for position, it in enumerate(in_path, start=1)}


def _no_longer(misfits: Iterator[str]) -> Iterator[str]:
    """Of a request, what was allowed is what is refused now."""
    return (f"refused from now on: {sentence}" for sentence in misfits)
