"""Holds rows to the machine-readable rules of FOCUS: an independent reading of its model, by its check functions.

The model is a tree: composite rules name others, and hand their conditions down to them. A rule is `held` or `broken`
by the rows; or there is `no row` that it is about, it asks for `nothing` (MAY), is about `another column` than the file
has, needs what the provider does `not support`, or is in words that only `people` can judge. A composite is what the
gravest of its parts is.
"""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from chassis.money import MINOR_UNITS

Row = Mapping[str, str | None]
Check = Mapping[str, Any]

GRAVEST_FIRST = ("broken", "not recommended", "held", "no row", "people", "nothing", "another column", "not supported")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(E-?[0-9]+)?")
UNIT = re.compile(r"([0-9]+ )?[A-Z][A-Za-z]*([ /-][A-Z][A-Za-z]*)*")


def read(text: str) -> list[Row]:
    """An empty cell is null."""
    return [{column: cell or None for column, cell in row.items()} for row in csv.DictReader(io.StringIO(text))]


def _is_instant(text: str) -> bool:
    try:
        return bool(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))  # noqa: DTZ007 - Z is literal here
    except ValueError:
        return False


def _is_object(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and not any(isinstance(value, dict | list) for value in found.values())


def _is_currency(text: str) -> bool:
    return text in MINOR_UNITS


FORMATS: dict[str, Callable[[str], bool]] = {
    "TypeDecimal": lambda text: bool(NUMBER.fullmatch(text)),
    "FormatNumeric": lambda text: bool(NUMBER.fullmatch(text)),
    "CheckDecimalValue": lambda text: bool(NUMBER.fullmatch(text)),
    "TypeString": bool,
    "FormatString": lambda text: bool(text.strip()),
    "TypeDateTime": _is_instant,
    "FormatDateTime": _is_instant,
    "FormatUnit": lambda text: bool(UNIT.fullmatch(text)),
    "FormatCurrency": _is_currency,
    "CheckNationalCurrency": _is_currency,
    "FormatKeyValue": _is_object,
}


@dataclass
class RuleModel:
    """`supported` are the applicability criteria that the provider declares."""

    rules: Mapping[str, Mapping[str, Any]]
    supported: frozenset[str]
    outcomes: dict[str, str] = field(default_factory=dict)
    breaches: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def load(cls, path: Path, *supported: str) -> "RuleModel":
        return cls(json.loads(path.read_text())["ModelRules"], frozenset(supported))

    def judge(self, rows: Sequence[Row]) -> Counter[str]:
        """How many rules came to what; `breaches` names the rows that broke one."""
        self.outcomes, self.breaches = {}, defaultdict(list)
        self._walk("CostAndUsage-D-000-M", rows, rows)
        for id in self.rules.keys() - self.outcomes.keys():  # attributes: every format says in words what it asks for
            self.outcomes[id] = "people"
        return Counter(self.outcomes.values())

    def _walk(self, id: str, rows: Sequence[Row], all_rows: Sequence[Row]) -> None:
        rule = self.rules[id]
        said = rule["ValidationCriteria"]
        check, columns = said.get("Requirement") or {}, set(all_rows[0])
        concerned = [row for row in rows if self._holds(_condition(said), row)]
        if verdict := self._beyond(rule, check, columns):
            self._all_below(id, verdict)
        elif _composes(check):
            for child in _named(check):
                self._walk(child, concerned, all_rows)
            self.outcomes[id] = min((self.outcomes[child] for child in _named(check)), key=GRAVEST_FIRST.index)
        else:
            broken = self._broken(check, concerned, all_rows)
            self.breaches[id] += broken
            recommended = said["Keyword"] in {"SHOULD", "SHOULD NOT", "RECOMMENDED"}
            wrong = "not recommended" if recommended else "broken"
            self._all_below(id, wrong if broken else "held" if concerned else "no row")

    def _all_below(self, id: str, verdict: str) -> None:
        """Also alternatives, of which one must hold in each row."""
        self.outcomes[id] = verdict
        for child in _named(self.rules[id]["ValidationCriteria"].get("Requirement") or {}):
            self._all_below(child, verdict)

    def _beyond(self, rule: Mapping[str, Any], check: Check, columns: set[str]) -> str | None:
        asks_for_column = check.get("CheckFunction") == "ColumnPresent"
        if asks_for_column and not set(rule["ApplicabilityCriteria"]) <= self.supported:
            return "not supported" if check["ColumnName"] not in columns else "held"
        if rule["EntityType"] == "Column" and not {rule["Reference"], *_columns(check)} <= columns:
            return "another column"
        if rule["ValidationCriteria"]["Keyword"] == "MAY":
            return "nothing"
        return None if check else "people"

    def _broken(self, check: Check, rows: Sequence[Row], all_rows: Sequence[Row]) -> Sequence[Row]:
        match check["CheckFunction"]:
            case "ColumnPresent":
                return [] if check["ColumnName"] in all_rows[0] else all_rows[:1]
            case "CheckDistinctCount":
                found: dict[Any, set[Any]] = defaultdict(set)
                for row in rows:
                    found[row[check["ColumnAName"]]].add(row[check["ColumnBName"]])
                return [row for row in rows if len(found[row[check["ColumnAName"]]]) != check["ExpectedCount"]]
            case _:
                return [row for row in rows if not self._holds(check, row)]

    def _holds(self, check: Check, row: Row) -> bool:
        """A column that the file does not have is null in every row."""
        if not check:
            return True
        name, items = str(check["CheckFunction"]), check.get("Items", ())
        value = row.get(check.get("ColumnName", ""))
        match name:
            case "AND":
                return all(self._holds(item, row) for item in items)
            case "OR":
                return any(self._holds(item, row) for item in items)
            case "CheckModelRule":
                said = self.rules[check["ModelRuleId"]]["ValidationCriteria"]
                return self._holds(_condition(said), row) and self._holds(said["Requirement"], row)
            case "CheckValue" | "CheckNotValue":
                return _is(value, check["Value"]) is (name == "CheckValue")
            case "CheckSameValue" | "CheckNotSameValue":
                same = row.get(check["ColumnAName"]) == row.get(check["ColumnBName"])
                return same is (name == "CheckSameValue")
            case "CheckGreaterOrEqualThanValue":
                return value is None or Decimal(value) >= Decimal(check["Value"])
            case "ColumnByColumnEqualsColumnValue":
                factors = [Decimal(row[check[column]] or "0") for column in ("ColumnAName", "ColumnBName")]
                return factors[0] * factors[1] == Decimal(row[check["ResultColumnName"]] or "0")
            case _:
                return value is None or FORMATS[name](value)


def _is(value: str | None, expected: object) -> bool:
    if isinstance(expected, int) and value is not None:
        return Decimal(value) == expected
    return value == expected


def _condition(said: Mapping[str, Any]) -> Check:
    """Two rules of the model write their condition as {"AND": …}."""
    found: Any = said["Condition"]
    if "AND" in found:
        inner = found["AND"]
        return {"CheckFunction": "AND", "Items": inner if isinstance(inner, list) else [inner]}
    return dict(found)


def _composes(check: Check) -> bool:
    return check["CheckFunction"] == "AND" and bool(_named(check))


def _named(check: Check) -> list[str]:
    return [item["ModelRuleId"] for item in check.get("Items", ()) if item.get("CheckFunction") == "CheckModelRule"]


def _columns(check: Check) -> Iterable[str]:
    for key, value in check.items():
        if key in {"ColumnName", "ColumnAName", "ColumnBName", "ResultColumnName"} and (
            check["CheckFunction"] != "ColumnPresent"
        ):
            yield value
    for item in check.get("Items", ()):
        yield from _columns(item)
